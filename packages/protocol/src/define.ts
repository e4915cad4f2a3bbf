import type * as z from 'zod';
import type { ErrorCode } from './errors.js';

/**
 * The contract of an operation. REST route, socket operation, OpenAPI document, the SDK's types and the list of errors are all
 * derived from it. Fields of `input` named in the route's path travel there; the rest travels in the query string of a GET and in the
 * body otherwise; on the socket all of it is one object.
 */
export interface Operation<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly kind: 'command' | 'query';
  /** Method and path, `GET /v1/users/:userId`. */
  readonly rest: RestRoute;
  /** One sentence for the API document. */
  readonly summary: string;
  /**
   * Who may call it at all; `server` is the deployment's own software, by a server key or in process. Rights inside a conversation come on top and are
   * named by the server's policy.
   */
  readonly access: Access;
  readonly input: Input;
  readonly output: Output;
  /** Errors beyond those any operation can answer. */
  readonly errors: readonly ErrorCode[];
  /** HTTP status of success. */
  readonly status: 200 | 201 | 204;
  /**
   * How a repeat is recognised: by the `id` of the input (creations), by a key of its own (`Idempotency-Key`, `opId` on the socket), or not
   * at all because doing it twice is harmless or answers an error of its own.
   */
  readonly repeats: 'id' | 'key' | 'none';
}

export type Access = 'anyone' | 'user' | 'server';

export type RestRoute = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /v1/${string}`;

export interface Contract<
  Operations extends Record<string, Operation> = Record<string, Operation>,
  Events extends Record<string, z.ZodType> = Record<string, z.ZodType>,
  Signals extends Record<string, z.ZodType> = Record<string, z.ZodType>,
  OwnEvents extends Record<string, z.ZodType> = Record<string, z.ZodType>,
> {
  readonly name: string;
  readonly operations: Operations;
  /** Durable entries of a conversation's log, by kind. */
  readonly events: Events;
  /** What is told once and stored nowhere, by kind: it may be lost, and the next one makes up for it. */
  readonly signals: Signals;
  /** Durable entries of a person's own log, by kind: what they changed about themselves, for their other devices. */
  readonly ownEvents: OwnEvents;
}

interface OperationSpec<Input extends z.ZodType, Output extends z.ZodType, By extends Access> {
  readonly rest: RestRoute;
  readonly summary: string;
  /** @default 'user' */
  readonly access?: By;
  readonly input: Input;
  readonly output: Output;
  readonly errors?: readonly ErrorCode[];
  /** @default 200 */
  readonly status?: 200 | 201 | 204;
}

/** Something that changes state. */
export function command<Input extends z.ZodType, Output extends z.ZodType, const By extends Access = 'user'>(
  spec: OperationSpec<Input, Output, By> & { readonly repeats: 'id' | 'key' | 'none' },
): Operation<Input, Output> & { readonly kind: 'command'; readonly access: By } {
  // Without the field its type parameter is the default, which stands here.
  return { errors: [], status: 200, ...spec, access: spec.access ?? ('user' as By), kind: 'command' };
}

/** Something that only reads. */
export function query<Input extends z.ZodType, Output extends z.ZodType, const By extends Access = 'user'>(
  spec: OperationSpec<Input, Output, By>,
): Operation<Input, Output> & { readonly kind: 'query'; readonly access: By } {
  // Without the field its type parameter is the default, which stands here.
  return {
    errors: [],
    status: 200,
    ...spec,
    access: spec.access ?? ('user' as By),
    repeats: 'none',
    kind: 'query',
  };
}

/** Names a feature's operations, events, signals and events of one's own log. The name is the feature's folder in every package. */
export function defineContract<
  const Operations extends Record<string, Operation>,
  const Events extends Record<string, z.ZodType>,
  const Signals extends Record<string, z.ZodType> = Record<never, never>,
  const OwnEvents extends Record<string, z.ZodType> = Record<never, never>,
>(
  name: string,
  parts: {
    readonly operations: Operations;
    readonly events: Events;
    readonly signals?: Signals;
    readonly ownEvents?: OwnEvents;
  },
): Contract<Operations, Events, Signals, OwnEvents> {
  // Without them the type parameters are records of none.
  return { name, signals: {} as Signals, ownEvents: {} as OwnEvents, ...parts };
}
