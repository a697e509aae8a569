import type { TypeMetadata } from 'class-transformer';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { targetConstructorToSchema } from 'class-validator-jsonschema';

import type { ClassDocs } from './class-docs.js';

/** A JSON Schema, draft 7. */
export interface JsonSchema {
  [keyword: string]: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
}

export type MessageClass = abstract new () => object;

const SCHEMAS = '#/components/schemas/';

/** class-validator's names; the library's own pattern for dates refuses the ones that lack milliseconds. */
const CONVERTERS = { isDateString: { type: 'string', format: 'date-time' } } as const;

/** The schema of a message class, made from the very decorators that validate it. */
export function schemaOf(message: MessageClass, docs: ClassDocs): JsonSchema {
  const schema = targetConstructorToSchema(message, {
    classTransformerMetadataStorage: defaultMetadataStorage,
    additionalConverters: CONVERTERS,
    refPointerPrefix: SCHEMAS,
  }) as JsonSchema;
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const isRequired = schema.required?.includes(name) ?? false;
    return [name, describe(isRequired ? property : orNull(property), docOf(message, name, docs))] as const;
  });
  return describe({ ...schema, properties: Object.fromEntries(properties) }, docs.get(message.name));
}

/** Classes that a schema refers to by name. */
export function nestedClasses(message: MessageClass): MessageClass[] {
  return Object.keys(schemaOf(message, new Map()).properties ?? {}).flatMap((name) => {
    const type = defaultMetadataStorage.findTypeMetadata(message, name) as TypeMetadata | undefined;
    return type === undefined ? [] : [type.typeFunction() as MessageClass];
  });
}

/** class-validator's `@IsOptional` lets null pass as well as nothing. */
function orNull(property: JsonSchema): JsonSchema {
  const nullable = { ...property, type: [property['type'], 'null'] };
  return Array.isArray(property['enum']) ? { ...nullable, enum: [...(property['enum'] as unknown[]), null] } : nullable;
}

function describe(schema: JsonSchema, description: string | undefined): JsonSchema {
  return description === undefined ? schema : { description, ...schema };
}

function docOf(message: MessageClass, field: string, docs: ClassDocs): string | undefined {
  for (let at = message; at.name !== ''; at = Object.getPrototypeOf(at) as MessageClass) {
    const doc = docs.get(`${at.name}.${field}`);
    if (doc !== undefined) {
      return doc;
    }
  }
  return undefined;
}
