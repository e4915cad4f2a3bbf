import fastifyCors from '@fastify/cors';
import fastifyHelmet from '@fastify/helmet';
import { ParleyError } from '@parley/protocol';
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { type Core, openCore } from './core.js';
import { readResumeState } from './eventlog/resume.js';
import { registerDocuments } from './gateway/http/documents.js';
import { readJsonBodies } from './gateway/http/json-body.js';
import { registerObservability } from './gateway/http/observability.js';
import { createOpenApi } from './gateway/http/openapi.js';
import { registerOperations } from './gateway/http/operations.js';
import { isOriginAllowed } from './gateway/http/origins.js';
import { tellRefusal } from './gateway/http/rate-limit-headers.js';
import { registerWebApp } from './gateway/http/web-app.js';
import { createToParleyError } from './gateway/to-parley-error.js';
import { Admission } from './gateway/ws/admission.js';
import { registerSocket } from './gateway/ws/socket.js';
import { createSocketMetrics } from './gateway/ws/socket-metrics.js';
import type { SocketServices } from './gateway/ws/socket-services.js';
import type { Parley } from './kernel/parley.js';
import { RateLimitedError } from './limits/rate-limited-error.js';
import { optionDefaults, type ParleyOptions, type ResolvedOptions } from './options.js';
import { serverVersion } from './version.js';

/**
 * Parley as a Fastify plugin: REST, socket, health, metrics and documents under the prefix it is registered with. Opens and migrates the
 * database before the app is ready, which may take longer than Fastify's `pluginTimeout` of ten seconds: give the app more. Closing the app
 * sends sockets away, finishes what is under way and lets the database go. The app gets `app.parley`, for calls in process; for a second Parley in one app
 * register each in a scope of its own.
 *
 * @example
 * await app.register(parley, { prefix: '/chat', secret, databaseUrl });
 */
export const parley: FastifyPluginAsync<ParleyOptions & { readonly prefix?: string }> = Object.assign(
  async (app: FastifyInstance, options: ParleyOptions & { readonly prefix?: string }) => {
    const { prefix = '', ...rest } = options;
    const resolved: ResolvedOptions = { ...optionDefaults, ...rest };
    const core = await openCore(resolved, app.log);
    app.decorate('parley', core.parley);
    await app.register((inner) => mount(inner, core, resolved), { prefix });
  },
  // Fastify then decorates the app itself, not a scope below it. Everything else stays in a scope of its own.
  { [Symbol.for('skip-override')]: true },
);

declare module 'fastify' {
  interface FastifyInstance {
    /** Parley in this process, once the plugin is registered. */
    readonly parley: Parley;
  }
}

async function mount(app: FastifyInstance, core: Core, resolved: ResolvedOptions): Promise<void> {
  app.addHook('preClose', async () => core.endWaits());
  app.addHook('onClose', () => core.close());
  const toParleyError = createToParleyError((error) => {
    core.metrics.unforeseenErrors.inc();
    app.log.error({ err: describe(error) }, 'internal error');
  });
  const { admissionPerSecond } = resolved;
  // The embedded database has no other node its sockets could move to.
  const drainMs = resolved.databaseUrl === undefined ? 0 : resolved.drainMs;
  const mayCall = (request: FastifyRequest): boolean => isOriginAllowed(resolved, request);

  app.setErrorHandler((error, request, reply) => {
    const answer = toParleyError(error);
    if (answer.retryAfterMs !== undefined)
      void reply.header('retry-after', Math.ceil(answer.retryAfterMs / 1000));
    if (answer instanceof RateLimitedError) tellRefusal(reply, answer);
    return reply.code(answer.status).send({ error: answer.toBody(request.id) });
  });
  app.setNotFoundHandler(() => {
    throw new ParleyError('not_found');
  });
  registerObservability(app, {
    database: core.database,
    metrics: core.metrics.registry,
    nodes: () => core.nodes.state,
  });
  await app.register(async (api) =>
    registerApi(api, core, { mayCall, toParleyError, admissionPerSecond, drainMs }),
  );
  await app.register((documents) =>
    registerDocuments(documents, createOpenApi(core.registry, serverVersion)),
  );
  const { webDirectory, demoAccounts } = resolved;
  if (webDirectory !== undefined)
    await app.register((web) => registerWebApp(web, { directory: webDirectory, demoAccounts }));
}

/** What a page of another origin may read beside the body. */
const exposedHeaders = ['parley-seq', 'retry-after', 'ratelimit', 'ratelimit-policy'];

interface ApiRules {
  readonly mayCall: (request: FastifyRequest) => boolean;
  readonly toParleyError: (error: unknown) => ParleyError;
  readonly admissionPerSecond: number;
  readonly drainMs: number;
}

async function registerApi(
  app: FastifyInstance,
  core: Core,
  { mayCall, toParleyError, admissionPerSecond, drainMs }: ApiRules,
): Promise<void> {
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    referrerPolicy: { policy: 'no-referrer' },
  });
  await app.register(fastifyCors, {
    delegator: (request, done) => done(null, { origin: mayCall(request), exposedHeaders, maxAge: 600 }),
  });
  readJsonBodies(app);
  registerOperations(app, core);
  const { clock } = core;
  const services: SocketServices = {
    ...core,
    features: core.registry.features,
    heartbeatMs: 15_000,
    random: Math.random,
    admission: new Admission({ perSecond: admissionPerSecond, clock, random: Math.random }),
    events: createSocketMetrics(core.metrics.registry),
    isOriginAllowed: mayCall,
    toParleyError,
    arriving: core.nodes.arriving,
    readResumeState: (resume) => readResumeState(core.database.kysely, core.cluster, resume),
  };
  await registerSocket(app, services, { drainMs });
}

/** What may be logged of an error: PostgreSQL repeats row values in `detail`, so of its errors only the code. */
function describe(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  if ('code' in error && 'severity' in error)
    return { type: 'DatabaseError', code: error.code, stack: error.stack?.split('\n').slice(1) };
  return error;
}
