/**
 * Rights are judged twice: in TypeScript for the commands that run in a transaction of their own (`requireRight`), in SQL for sends. Both must say the
 * same of every head and every member.
 */
import { blockedMark, ParleyError, roles } from '@parley/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { requireRight } from '../../packages/server/src/access/access.js';
import { defaultTenantId } from '../../packages/server/src/access/actor.js';
import { describeEachEngine } from '../../packages/server/src/testing/describe-each-engine.js';
import { seedConversation, seedUser, sendOf } from '../../packages/server/src/testing/seed.js';
import { callSend, status } from './call-send.js';

const states = ['active', 'archived', 'deleted'] as const;
const bits = fc.integer({ min: 0, max: 15 });
/** With the mark of a block as often as not. */
const denied = fc.tuple(bits, fc.constantFrom(0, blockedMark)).map(([deny, mark]) => deny | mark);

const situation = fc.record({
  state: fc.constantFrom(...states),
  roleRights: fc.array(bits, { minLength: 4, maxLength: 4 }),
  role: fc.constantFrom(...roles),
  allow: bits,
  deny: denied,
  /** 1: a member; anything else is somebody who was. */
  membership: fc.constantFrom(1, 1, 1, 2, 3),
});
type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never;

const statusOf: Partial<Record<string, number>> = {
  not_found: status.notFound,
  conversation_archived: status.archived,
  forbidden: status.forbidden,
  dm_not_allowed: status.blocked,
};

/** What TypeScript says, in the words of SQL. */
function judge({ state, roleRights, role, allow, deny, membership }: Situation): number | undefined {
  const head = { conversationId: '', tenantId: defaultTenantId, state, lastSeq: 0, roleRights };
  try {
    // Ids play no part in the rule.
    requireRight(head as never, membership === 1 ? ({ role, allow, deny } as never) : undefined, 'send');
    return status.applied;
  } catch (error) {
    return error instanceof ParleyError ? statusOf[error.code] : undefined;
  }
}

describeEachEngine('the rule of rights under the lock', (open) => {
  async function prepare(senderId: Awaited<ReturnType<typeof seedUser>>['userId'], each: Situation) {
    const { database, query } = open();
    const conversationId = await seedConversation(database, {
      memberIds: [senderId],
      role: each.role,
      state: each.state,
    });
    await query('update parley.conversation_heads set role_rights = $2::int[] where conversation_id = $1', [
      conversationId,
      each.roleRights,
    ]);
    await query('update parley.members set allow = $2, deny = $3, status = $4 where conversation_id = $1', [
      conversationId,
      each.allow,
      each.deny,
      each.membership,
    ]);
    return sendOf({ conversationId, senderId });
  }

  it('says of every head and member what TypeScript says', async () => {
    const { userId } = await seedUser(open().database);
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fc.array(situation, { minLength: 20, maxLength: 40 }), async (situations) => {
        const operations = await Promise.all(situations.map((each) => prepare(userId, each)));
        const verdicts = await callSend((text, values) => open().query(text, values), {
          sendFunction: open().sendFunction,
          operations,
        });
        const found = verdicts.map((verdict) => verdict.status);
        for (const each of found) seen.add(each);
        expect(found).toEqual(situations.map(judge));
      }),
      { numRuns: 8 },
    );
    // A run in which a verdict never came up would prove nothing about it.
    expect([...seen].sort()).toEqual([
      status.applied,
      status.notFound,
      status.archived,
      status.forbidden,
      status.blocked,
    ]);
  });
});
