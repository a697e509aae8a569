/** The fields of a DTO class without its identity: answers are plain objects, the class only describes them to OpenAPI. */
export type Shape<T> = Pick<T, keyof T>;
