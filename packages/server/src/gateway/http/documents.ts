import fastifySwagger, { type FastifyStaticSwaggerOptions } from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** The API document at `/v1/openapi.json`, and browsable at `/docs`. */
export async function registerDocuments(
  app: FastifyInstance,
  document: Record<string, unknown>,
): Promise<void> {
  app.get('/v1/openapi.json', async () => document);
  await app.register(fastifySwagger, { mode: 'static', specification: { document: asDocument(document) } });
  await app.register(fastifySwaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { displayOperationId: true },
    // The bar on top shows somebody else's name and a field nobody needs.
    theme: {
      title: 'Parley API',
      css: [{ filename: 'parley.css', content: '.swagger-ui .topbar { display: none }' }],
    },
  });
}

/** The library's type describes OpenAPI 3.0; ours is 3.1, which its viewer reads as well. */
function asDocument(document: Record<string, unknown>): SpecDocument {
  return document as unknown as SpecDocument;
}

type SpecDocument = Extract<
  NonNullable<FastifyStaticSwaggerOptions['specification']>,
  { document: unknown }
>['document'];
