import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

import { isObject } from '#contracts';

/** The OpenAPI 3 document of the routes that exist, made from their controllers and DTO classes. */
function openApiDocument(app: INestApplication): OpenAPIObject {
  const info = new DocumentBuilder()
    .setTitle('Muster')
    .setDescription(
      "Cohorts of persons. Speaks PostHog's cohorts and capture API. A trailing slash is optional on every path.",
    )
    .setVersion('0.1.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'A personal API key, `phx_...`' }, 'personal_api_key')
    .build();
  const document = SwaggerModule.createDocument(app, info);
  listNulls(document);
  return document;
}

/** In OpenAPI 3.0 `nullable` adds null to a type but not to an enum: one that takes null must list it, which the decorator does not do. */
function listNulls(part: unknown): void {
  if (Array.isArray(part)) {
    part.forEach(listNulls);
  } else if (isObject(part)) {
    const { nullable, enum: values } = part;
    if (nullable === true && Array.isArray(values) && !values.includes(null)) {
      // The arrays are the constants that the code checks by.
      Object.assign(part, { enum: [...(values as unknown[]), null] });
    }
    Object.values(part).forEach(listNulls);
  }
}

/** Serves the document at /api/openapi.json and a readable page, its assets from this process, at /api/docs. */
export function serveOpenApi(app: INestApplication): void {
  SwaggerModule.setup('api/docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'api/openapi.json',
    raw: ['json'],
    customSiteTitle: 'Muster API',
  });
}
