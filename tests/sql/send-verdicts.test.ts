import type { ConversationId, TenantId, UserId } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { SendOperation } from '../../packages/server/src/eventlog/send.js';
import { describeEachEngine } from '../../packages/server/src/testing/describe-each-engine.js';
import { auditLog, oneTo } from '../../packages/server/src/testing/log-audit.js';
import {
  newConversationId,
  newMessageId,
  seedConversation,
  seedUser,
  sendOf,
} from '../../packages/server/src/testing/seed.js';
import { callSend, status } from './call-send.js';

// A constant in canonical form.
const otherTenant = '00000000-0000-4000-8000-0000000000ff' as TenantId;

describeEachEngine('send judges every input', (open) => {
  let ann: UserId;
  let bob: UserId;
  let conversationId: ConversationId;

  beforeEach(async () => {
    ann = (await seedUser(open().database)).userId;
    bob = (await seedUser(open().database)).userId;
    conversationId = await seedConversation(open().database, { memberIds: [ann, bob] });
  });

  const send = (operations: SendOperation[], now?: string) =>
    callSend((text, values) => open().query(text, values), {
      sendFunction: open().sendFunction,
      operations,
      ...(now === undefined ? {} : { now }),
    });
  const hello = (senderId: UserId, more: Partial<SendOperation> = {}) =>
    sendOf({ conversationId, senderId, ...more });
  const statuses = async (operations: SendOperation[]) =>
    (await send(operations)).map((verdict) => verdict.status);
  const set = (member: UserId, change: string) =>
    open().query(`update parley.members set ${change} where conversation_id = $1 and user_id = $2`, [
      conversationId,
      member,
    ]);
  const setHead = (change: string) =>
    open().query(`update parley.conversation_heads set ${change} where conversation_id = $1`, [
      conversationId,
    ]);
  const rows = (columns: string) =>
    open().query(`select ${columns} from parley.messages where conversation_id = $1 order by seq`, [
      conversationId,
    ]);

  it('numbers what it applies from one, in the order of the array, and answers position and stamp', async () => {
    const verdicts = await send([hello(ann), hello(bob), hello(ann)]);
    expect(verdicts.map(({ status, seq, ord }) => [status, seq, ord])).toEqual([
      [0, 1, 1],
      [0, 2, 2],
      [0, 3, 3],
    ]);
    expect(verdicts[0]?.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    const audit = await auditLog(open().database, conversationId);
    expect(audit).toMatchObject({ seqs: [1, 2, 3], head: 3, committedHead: 3, stampsIncrease: true });
  });

  it('answers not_found to a stranger, for an unknown conversation, one of another tenant and a deleted one', async () => {
    const deleted = await seedConversation(open().database, { memberIds: [ann], state: 'deleted' });
    const stranger = (await seedUser(open().database)).userId;
    expect(
      await statuses([
        hello(stranger),
        hello(ann, { conversationId: newConversationId() }),
        hello(ann, { tenantId: otherTenant }),
        hello(ann, { conversationId: deleted }),
      ]),
    ).toEqual([status.notFound, status.notFound, status.notFound, status.notFound]);
  });

  it('answers archived, forbidden and muted to members who may not send', async () => {
    const archived = await seedConversation(open().database, { memberIds: [ann], state: 'archived' });
    expect(await statuses([hello(ann, { conversationId: archived })])).toEqual([status.archived]);
    await set(ann, 'deny = 1');
    await set(bob, "muted_until = now() + interval '1 hour'");
    expect(await statuses([hello(ann), hello(bob)])).toEqual([status.forbidden, status.muted]);
  });

  it('lets people send whose mute has ended, and those allowed beyond their role', async () => {
    await set(bob, "muted_until = now() - interval '1 second'");
    await set(ann, 'allow = 1');
    await setHead("role_rights = '{0,1,1,1}'");
    expect(await statuses([hello(ann), hello(bob)])).toEqual([status.applied, status.forbidden]);
  });

  it('gives a refused input no seq: its neighbours are numbered without a hole', async () => {
    const stranger = (await seedUser(open().database)).userId;
    const verdicts = await send([hello(ann), hello(stranger), hello(bob), hello(stranger), hello(ann)]);
    expect(verdicts.map((verdict) => verdict.seq)).toEqual([1, null, 2, null, 3]);
    expect((await auditLog(open().database, conversationId)).seqs).toEqual(oneTo(3));
  });

  it('answers the same id within one array and in the next as repeats, the first content standing', async () => {
    const first = hello(ann, { content: 'first' });
    const [applied, within] = await send([first, { ...first, content: 'second' }]);
    const [later] = await send([{ ...first, content: 'third' }]);
    expect(applied).toMatchObject({ status: status.applied, seq: 1 });
    expect(within).toEqual({ ...applied, status: status.repeated });
    expect(later).toEqual({ ...applied, status: status.repeated });
    expect(await rows('content')).toEqual([{ content: 'first' }]);
  });

  it('answers id_conflict to somebody else with the same id, within one array and later', async () => {
    const id = newMessageId();
    const verdicts = await send([hello(ann, { id }), hello(bob, { id }), hello(ann, { id })]);
    expect(verdicts.map((verdict) => verdict.status)).toEqual([
      status.applied,
      status.idConflict,
      status.repeated,
    ]);
    expect(await statuses([hello(bob, { id })])).toEqual([status.idConflict]);
    expect((await auditLog(open().database, conversationId)).head).toBe(1);
  });

  it('lets the same id stand in two conversations', async () => {
    const other = await seedConversation(open().database, { memberIds: [ann] });
    const id = newMessageId();
    expect(await statuses([hello(ann, { id }), hello(ann, { id, conversationId: other })])).toEqual([0, 0]);
  });

  it('answers a repeat before judging rights: removed, muted, archived, the sender gets the first answer', async () => {
    const first = hello(ann);
    const [applied] = await send([first]);
    const repeat = { ...applied, status: status.repeated };
    await set(ann, "muted_until = now() + interval '1 hour', deny = 1");
    expect(await send([first])).toEqual([repeat]);
    await setHead('state = 1');
    await set(ann, 'status = 3, left_seq = 1');
    expect(await send([first])).toEqual([repeat]);
    expect(await statuses([hello(ann)])).toEqual([status.notFound]);
  });

  it('tells a stranger nothing of an id that is taken', async () => {
    const first = hello(ann);
    await send([first]);
    const stranger = (await seedUser(open().database)).userId;
    expect(await statuses([hello(stranger, { id: first.id })])).toEqual([status.notFound]);
  });

  it('stamps strictly increasing times also when the clock steps back', async () => {
    await send([hello(ann)], '2030-01-01T00:00:00Z');
    const [second, third] = await send([hello(ann), hello(ann)], '2029-12-31T00:00:00Z');
    expect([second?.at, third?.at]).toEqual(['2030-01-01T00:00:00.000001Z', '2030-01-01T00:00:00.000002Z']);
    expect((await auditLog(open().database, conversationId)).stampsIncrease).toBe(true);
  });

  it('numbers each conversation of an array for itself, however they are mixed', async () => {
    const other = await seedConversation(open().database, { memberIds: [ann] });
    const verdicts = await send([
      hello(ann),
      hello(ann, { conversationId: other }),
      hello(ann),
      hello(ann, { conversationId: other }),
    ]);
    expect(verdicts.map((verdict) => verdict.seq)).toEqual([1, 1, 2, 2]);
    expect((await auditLog(open().database, other)).committedHead).toBe(2);
  });

  it('stores metadata and text as they came', async () => {
    const content = 'quote " backslash \\ comma , brace } newline \n emoji \u{1f642}';
    await send([
      hello(ann, { content, metadata: '{"a":[1,null,"{"]}' }),
      hello(ann, { content: '', metadata: null }),
    ]);
    expect(await rows('content, metadata')).toEqual([
      { content, metadata: { a: [1, null, '{'] } },
      { content: '', metadata: null },
    ]);
  });

  it('answers an empty array with nothing and commits nothing', async () => {
    expect(await send([])).toEqual([]);
    expect((await auditLog(open().database, conversationId)).head).toBe(0);
  });
});
