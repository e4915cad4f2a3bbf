/** Calls that name what belongs to another tenant, made of the contract's own inputs, each with a twin that names nothing at all where there can be one. */
import type { OperationName } from '@parley/protocol/wire';
import { newId, type Person } from '../../support/people.js';
import { caseOf } from '../cases.js';
import { type InputField, listInputFields, putAt } from './input-walk.js';
import type { Tenant } from './tenant.js';

export interface Attack {
  readonly operation: OperationName;
  /** `getMessage with messageId, conversationId of the other`. */
  readonly title: string;
  /** Made anew for each use, by people of the attacker's tenant. */
  readonly prepare: (attacker: Tenant) => Promise<{ readonly by: Person; readonly input: object }>;
  /** What is put in, and what no tenant has in its place. */
  readonly places: readonly Place[];
}

interface Place {
  readonly field: InputField;
  readonly of: (victim: Tenant) => unknown;
  /** For the twin: what is not there, or is hidden in the attacker's own tenant. A position in a list has none: the answer depends on what follows it. */
  readonly absent: ((attacker: Tenant) => unknown) | undefined;
}

/** Needs no token, so that nobody's tenant is asked: whoever knows a password or a refresh token is its owner. */
const withoutPerson: ReadonlySet<string> = new Set([
  'register',
  'login',
  'refresh',
  'logout',
  'requestPasswordReset',
  'resetPassword',
]);

/** With these a call without anything foreign does not end the session that all other calls are made with. */
const plainInputs: { readonly [Name in OperationName]?: object } = { logoutAll: { keepCurrent: true } };

/** Every operation once as it is, with each foreign id alone, with all of them, and with each foreign cursor. */
export function listAttacks(operations: readonly OperationName[]): Attack[] {
  const fields = listInputFields();
  return operations
    .filter((name) => !withoutPerson.has(name))
    .flatMap((operation) => {
      const places = fields.filter((field) => field.operation === operation).flatMap(toPlaces);
      const ids = places.filter(({ field }) => field.holds === 'id');
      const together = ids.length > 1 ? [ids] : [];
      const prepare = async ({ world }: Tenant) => {
        const { as, input } = await caseOf(operation).prepare(world);
        // Some cases make somebody new, which is of the default tenant: one of the attackers acts then.
        const by = as?.id === world.member.id ? world.member : world.owner;
        return { by, input: plainInputs[operation] ?? input };
      };
      return [[], ...places.map((place) => [place]), ...together].map((chosen) => ({
        operation,
        title: `${operation}${chosen.length === 0 ? '' : ` with ${chosen.map(({ field }) => field.path.join('.')).join(', ')} of the other`}`,
        prepare,
        places: chosen,
      }));
    });
}

/** Whether the same call with nothing in the places must be answered the same. */
export function hasTwin({ places }: Attack): boolean {
  return places.length > 0 && places.every(({ absent }) => absent !== undefined);
}

/** The input with the values of the places. */
export function inputOf(
  input: object,
  places: readonly Place[],
  fill: (place: Place) => unknown,
): Record<string, unknown> {
  // What is put into an object leaves it one.
  return places.reduce<unknown>((so, place) => putAt(so, place.field.path, fill(place)), input) as Record<
    string,
    unknown
  >;
}

function toPlaces(field: InputField): Place[] {
  if (field.holds === 'id')
    return [{ field, of: (victim) => idOf(field, victim), absent: (own) => absentFor(field, own) }];
  const last = field.path.at(-1) ?? '';
  if (field.name === 'listPresence.ids')
    return [{ field, of: ({ target }) => target.userId, absent: () => newId() }];
  if (field.name === 'sync.since') return [{ field, of: ({ target }) => target.since, absent: undefined }];
  if (field.kind === 'query' && ['cursor', 'before', 'after'].includes(last))
    return [{ field, of: ({ target }) => target.cursors.get(field.operation), absent: undefined }];
  return [];
}

/** Which of the other's ids fits. Throws for a name it does not know: a new kind of id must say here what it names. */
function idOf({ name, path }: InputField, { target }: Tenant): string {
  const last = path.filter((step) => step !== '[]').at(-1) ?? '';
  if (name === 'createConversation.id' || last === 'conversationId') return target.conversationId;
  if (['userId', 'userIds', 'memberIds'].includes(last)) return target.userId;
  if (last === 'sessionId') return target.sessionId;
  if (last === 'opId') return target.opId;
  if (['id', 'messageId', 'rootId', 'threadId', 'replyToId', 'around'].includes(last))
    return target.messageId;
  throw new Error(`what kind of id is ${name}? Say so in attacks.ts.`);
}

/** An id that is taken looks taken whoever took it, so its twin is one that is taken in the own tenant. */
function absentFor({ name }: InputField, own: Tenant): string {
  return name === 'createConversation.id' ? own.hiddenId : newId();
}
