/** class-transformer knows the classes of nested fields, but types only the folder it does not run from. */
declare module 'class-transformer/cjs/storage.js' {
  export { defaultMetadataStorage } from 'class-transformer/types/storage.js';
}
