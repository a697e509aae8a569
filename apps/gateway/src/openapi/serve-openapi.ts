import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

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
  return SwaggerModule.createDocument(app, info);
}

/** Serves the document at /api/openapi.json and a readable page, its assets from this process, at /api/docs. */
export function serveOpenApi(app: INestApplication): void {
  SwaggerModule.setup('api/docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'api/openapi.json',
    raw: ['json'],
    customSiteTitle: 'Muster API',
  });
}
