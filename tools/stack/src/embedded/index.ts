export { freePort } from './free-port.js';
export { MissingToolError } from './java.js';
export { type EmbeddedKafka, startKafka } from './kafka.js';
export { endOrphan, endProcess, readPidFile, removePidFile, sendSignal, writePidFile } from './pid-file.js';
export { type EmbeddedPostgres, ensureDatabase, startPostgres } from './postgres.js';
export { identityOf, isRunning, type ProcessIdentity } from './process-identity.js';
export { REPOSITORY_ROOT } from './repository-root.js';
export { lastLines } from './server-process.js';
