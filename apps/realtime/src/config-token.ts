/** Injection token of the app's settings. */
export const REALTIME_CONFIG = Symbol('realtime config');
