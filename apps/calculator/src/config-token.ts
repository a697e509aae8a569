/** Injection token of the app's settings. */
export const CALCULATOR_CONFIG = Symbol('calculator config');
