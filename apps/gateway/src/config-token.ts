/** Injection token of the app's settings. */
export const GATEWAY_CONFIG = Symbol('gateway config');
