import { ParleyError } from '@parley/protocol';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { logOptions } from './log-options.js';
import type { ParleyOptions } from './options.js';
import { parley } from './plugin.js';

export interface ServerOptions extends ParleyOptions {
  /**
   * Believe X-Forwarded-* headers; only behind a proxy that sets them.
   * @default false
   */
  readonly trustProxy?: boolean;
  /** @default 'info' */
  readonly logLevel?: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent';
}

/**
 * A Fastify app with nothing but Parley, ready to listen. Limits on slow peers are set here, because an app that mounts the plugin has its own.
 *
 * @example
 * const server = await createServer({ secret, dataDirectory: '.parley' });
 * await server.listen({ port: 7400 });
 */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const app = fastify({
    logger: logOptions(options.logLevel ?? 'info'),
    // A line a request would cost more than most requests; failures are logged where they are decided.
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.trustProxy ?? false,
    // Making the embedded database takes seconds, on a busy machine many; migrating a large one may take longer still.
    pluginTimeout: 600_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    connectionTimeout: 0,
    forceCloseConnections: true,
    // While sockets move to other nodes the rest is served on.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 1000 },
    frameworkErrors: refusePath,
    http: { headersTimeout: 10_000 },
  });
  await app.register(parley, options);
  return app;
}

/** A path that cannot be decoded, or whose parts are longer than any of ours: nothing is there, and the path is not repeated. */
function refusePath(_error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const answer = new ParleyError('not_found');
  void reply.code(answer.status).send({ error: answer.toBody(request.id) });
}
