/**
 * The rule of rights a third time: for every right, what the flush says under the lock is what `hasRight` says, and in the order of the refusals.
 */
import {
  blockedMark,
  hasRight,
  type OpId,
  type Right,
  refusalOf,
  rights,
  roles,
  speech,
} from '@parley/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { installFunctions } from '../../packages/server/src/db/install-functions.js';
import { type Candidate, createFlushSteps } from '../../packages/server/src/eventlog/flush-steps.js';
import { logFunctions } from '../../packages/server/src/eventlog/functions.js';
import { describeEachEngine } from '../../packages/server/src/testing/describe-each-engine.js';
import { newMessageId, seedConversation, seedUser } from '../../packages/server/src/testing/seed.js';

/** Mostly active, or a run would see too few of the verdicts that come last. */
const states = ['active', 'active', 'active', 'archived', 'deleted'] as const;
const bits = fc.integer({ min: 0, max: Object.values(rights).reduce((all, bit) => all | bit, 0) });
/** With the mark of a block as often as not. */
const denied = fc.tuple(bits, fc.constantFrom(0, blockedMark)).map(([deny, mark]) => deny | mark);
// The keys of the table are the rights.
const names = Object.keys(rights) as Right[];

const situation = fc.record({
  state: fc.constantFrom(...states),
  roleRights: fc.array(bits, { minLength: 4, maxLength: 4 }),
  role: fc.constantFrom(...roles),
  allow: bits,
  deny: denied,
  isMember: fc.constantFrom(true, true, true, false),
  isMuted: fc.boolean(),
  right: fc.constantFrom(...names, 'member' as const),
});
type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never;

/** What TypeScript says of it. */
function judge({ state, isMember, isMuted, right, ...member }: Situation): string {
  if (!isMember || state === 'deleted') return 'not_found';
  if (right === 'member') return 'admitted';
  if (state === 'archived') return 'conversation_archived';
  if (!hasRight(member, right)) return refusalOf(member, rights[right]);
  return isMuted && (rights[right] & speech) !== 0 ? 'muted' : 'admitted';
}

describeEachEngine('the rights of a flush', (open) => {
  async function prepare(actorId: Candidate['actorId'], each: Situation): Promise<Candidate> {
    const { database, query } = open();
    const seed = { memberIds: [actorId], role: each.role, state: each.state };
    const conversationId = await seedConversation(database, seed);
    await query('update parley.conversation_heads set role_rights = $2::int[] where conversation_id = $1', [
      conversationId,
      each.roleRights,
    ]);
    await query(
      `update parley.members set allow = $2, deny = $3, status = $4,
         muted_until = case when $5 then now() + interval '1 hour' end where conversation_id = $1`,
      [conversationId, each.allow, each.deny, each.isMember ? 1 : 2, each.isMuted],
    );
    const { tenantId } = await tenant();
    const right = each.right === 'member' ? 0 : rights[each.right];
    // An id made by a test names a command.
    return { tenantId, conversationId, actorId, opId: newMessageId() as string as OpId, kind: 4, right };
  }
  let seeded: ReturnType<typeof seedUser> | undefined;
  const tenant = () => {
    seeded ??= seedUser(open().database);
    return seeded;
  };

  it('say of every head, member and right what TypeScript says', async () => {
    const { database } = open();
    const steps = createFlushSteps(await installFunctions(database, logFunctions));
    const { userId } = await tenant();
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(situation, { minLength: 20, maxLength: 40 }), async (situations) => {
        const candidates: Candidate[] = [];
        for (const each of situations) candidates.push(await prepare(userId, each));
        const admissions = await database.transaction((tx) => steps.begin(tx, candidates, { wait: true }));
        const found = admissions.map((each) => (each.status === 'refused' ? each.code : each.status));
        for (const each of found) seen.add(each);
        expect(found).toEqual(situations.map(judge));
        for (const [index, each] of situations.entries()) {
          const admission = admissions[index];
          if (admission?.status !== 'admitted') continue;
          const byRole = each.roleRights[roles.indexOf(each.role)] ?? 0;
          const rightsAndMark = ((byRole | each.allow) & ~each.deny) | (each.deny & blockedMark);
          expect(admission).toMatchObject({ role: each.role, rights: rightsAndMark });
        }
      }),
      { numRuns: 12 },
    );
    // A run in which a verdict never came up would prove nothing about it.
    expect([...seen].sort()).toEqual([
      'admitted',
      'conversation_archived',
      'dm_not_allowed',
      'forbidden',
      'muted',
      'not_found',
    ]);
  });
});
