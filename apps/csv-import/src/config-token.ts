/** Injection token of the app's settings. */
export const CSV_IMPORT_CONFIG = Symbol('csv-import config');
