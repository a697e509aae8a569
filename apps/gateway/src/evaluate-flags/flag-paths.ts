/** Where PostHog's SDKs ask for flags. */
export const FLAG_PATHS: string[] = ['/flags', '/decide'];
