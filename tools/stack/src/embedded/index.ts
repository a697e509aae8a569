export { freePort } from './free-port.js';
export { MissingToolError } from './java.js';
export { type EmbeddedKafka, startKafka } from './kafka.js';
export { endOrphan, endProcess, readPidFile, removePidFile, writePidFile } from './pid-file.js';
export { type EmbeddedPostgres, ensureDatabase, startPostgres } from './postgres.js';
export { identityOf } from './process-identity.js';
export { REPOSITORY_ROOT } from './repository-root.js';
