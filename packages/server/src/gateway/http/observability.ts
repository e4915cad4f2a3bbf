import type { FastifyInstance } from 'fastify';
import type { Registry as MetricsRegistry } from 'prom-client';
import type { Database } from '../../db/database.js';

/** `/health`: the process answers. `/ready`: so does its database, and it is not going away. `/metrics`: Prometheus. */
export function registerObservability(
  app: FastifyInstance,
  services: {
    readonly database: Database;
    readonly metrics: MetricsRegistry;
    /** How this node hears others, as `/ready` tells it. A node that hears them late serves nevertheless. */
    readonly nodes: () => string;
  },
): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.get('/health', async () => ({ status: 'ok' }));
  app.get('/ready', async (_request, reply) => {
    if (isClosing) return reply.code(503).send({ status: 'going_away' });
    try {
      await services.database.ping();
      return { status: 'ready', database: services.database.engine, nodes: services.nodes() };
    } catch {
      return reply.code(503).send({ status: 'database_unreachable' });
    }
  });
  app.get('/metrics', async (_request, reply) => {
    void reply.header('content-type', services.metrics.contentType);
    return services.metrics.metrics();
  });
}
