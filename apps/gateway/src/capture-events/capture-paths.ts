/** Where PostHog's SDKs of all ages send events. */
export const CAPTURE_PATHS: string[] = ['/batch', '/capture', '/e', '/i/v0/e'];
