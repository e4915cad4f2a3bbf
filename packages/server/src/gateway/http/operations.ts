import { type OpId, opIdSchema, ParleyError } from '@parley/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { authenticateHeader } from '../../access/authenticate.js';
import type { Tokens } from '../../access/tokens.js';
import type { Execute } from '../../kernel/execute.js';
import type { RegisteredOperation, Registry } from '../../kernel/registry.js';
import { assembleInput } from './assemble-input.js';
import { numericFields, routeOf } from './operation-schema.js';

export interface OperationServices {
  readonly registry: Registry;
  readonly execute: Execute;
  readonly tokens: Tokens;
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
  const shape = { method, params, numeric: numericFields(operation) };
  app.route({
    method,
    url,
    handler: async (request, reply) => {
      const actor =
        operation.access === 'user'
          ? await authenticateHeader(services.tokens, authorizationOf(request))
          : undefined;
      const opId = operation.repeats === 'key' ? idempotencyKeyOf(request) : undefined;
      const result = await services.execute({
        operation: registered,
        input: assembleInput(request, shape),
        actor,
        opId,
        ...(operation.kind === 'query' ? { abortSignal: signalOf(reply) } : {}),
      });
      return answer(reply, operation.status, result);
    },
  });
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

/** Two Authorization headers are a trick on whoever reads the other one; Node keeps the first and says nothing. */
function authorizationOf(request: FastifyRequest): string | undefined {
  const names = request.raw.rawHeaders.filter((_, index) => index % 2 === 0);
  if (names.filter((name) => name.toLowerCase() === 'authorization').length > 1)
    throw new ParleyError('validation_failed');
  return request.headers.authorization;
}

function idempotencyKeyOf(request: FastifyRequest): OpId | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  const result = opIdSchema.safeParse(key);
  if (!result.success)
    throw new ParleyError('validation_failed', { details: [{ path: 'Idempotency-Key', rule: 'a UUID' }] });
  return result.data;
}
