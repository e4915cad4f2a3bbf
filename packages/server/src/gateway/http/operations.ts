import { type OpId, opIdSchema, ParleyError } from '@parley/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator, Caller, Credentials } from '../../access/authenticator.js';
import type { Execute } from '../../kernel/call.js';
import type { RegisteredOperation, Registry } from '../../kernel/registry.js';
import { addressKey } from '../../limits/address-key.js';
import type { Limiter } from '../../limits/limiter.js';
import { assembleInput } from './assemble-input.js';
import { booleanFields, numericFields, routeOf } from './operation-schema.js';
import { tellQuota } from './rate-limit-headers.js';

export interface OperationServices {
  readonly registry: Registry;
  readonly execute: Execute;
  readonly authenticator: Pick<Authenticator, 'authenticate'>;
  readonly limits: Pick<Limiter, 'countRequest'>;
}

/** Every operation of the contracts as a route. */
export function registerOperations(app: FastifyInstance, services: OperationServices): void {
  for (const registered of services.registry.operations.values())
    registerOperation(app, services, registered);
  closeConnectionsWith(app);
}

/** What is answered while the server closes is the last on its connection: an idle one would keep the server waiting until it times out. */
function closeConnectionsWith(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) void reply.header('connection', 'close');
  });
}

function registerOperation(
  app: FastifyInstance,
  services: OperationServices,
  registered: RegisteredOperation,
): void {
  const { operation } = registered;
  const { method, url, params } = routeOf(operation);
  const shape = { method, params, numeric: numericFields(operation), boolean: booleanFields(operation) };
  app.route({
    method,
    url,
    handler: async (request, reply) => {
      const counted = { address: addressKey(request.ip) };
      const caller =
        operation.access === 'anyone'
          ? { ...nobody, ...counted }
          : await identify(services, request, counted);
      const quota = caller.actor && services.limits.countRequest(caller);
      if (quota !== undefined) tellQuota(reply, quota);
      const opId = operation.repeats === 'key' ? idempotencyKeyOf(request) : undefined;
      const result = await services.execute({
        operation: registered,
        input: assembleInput(request, shape),
        ...caller,
        opId,
        userAgent: request.headers['user-agent'],
        ...(operation.kind === 'query' ? { abortSignal: signalOf(reply) } : {}),
      });
      return answer(reply, operation.status, result);
    },
  });
}

/**
 * Who sends a request, and where from as rates are counted: software of the deployment's own is not, whomever it acts as. A token that is refused counts
 * as a request without one, because guessing has to be slow.
 */
async function identify(
  { authenticator, limits }: OperationServices,
  request: FastifyRequest,
  counted: { readonly address: string },
): Promise<Caller & { readonly address: string | undefined }> {
  const credentials = credentialsOf(request);
  try {
    const caller = await authenticator.authenticate(credentials);
    const isServer = caller.server !== undefined || credentials.asUser !== undefined;
    return { ...caller, address: isServer ? undefined : counted.address };
  } catch (error) {
    if (error instanceof ParleyError && error.status === 401) limits.countRequest(counted);
    throw error;
  }
}

/** Aborted when the connection is gone: what only reads may stop then. */
function signalOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => controller.abort());
  return controller.signal;
}

function answer(reply: FastifyReply, status: number, result: unknown): FastifyReply {
  void reply.header('cache-control', 'no-store').code(status);
  if (typeof result === 'object' && result !== null && 'seq' in result && typeof result.seq === 'number')
    void reply.header('parley-seq', result.seq);
  return status === 204 ? reply.send() : reply.send(result);
}

const nobody: { readonly [Field in keyof Caller]: undefined } = { actor: undefined, server: undefined };

/** Two Authorization headers are a trick on whoever reads the other one; Node keeps the first and says nothing. */
function credentialsOf(request: FastifyRequest): Credentials {
  const names = request.raw.rawHeaders.filter((_, index) => index % 2 === 0);
  if (names.filter((name) => name.toLowerCase() === 'authorization').length > 1)
    throw new ParleyError('validation_failed');
  // Node joins several of another header with commas, which is no id.
  const asUser = request.headers['parley-user'];
  return { authorization: request.headers.authorization, asUser: Array.isArray(asUser) ? '' : asUser };
}

function idempotencyKeyOf(request: FastifyRequest): OpId | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  const result = opIdSchema.safeParse(key);
  if (!result.success)
    throw new ParleyError('validation_failed', { details: [{ path: 'Idempotency-Key', rule: 'a UUID' }] });
  return result.data;
}
