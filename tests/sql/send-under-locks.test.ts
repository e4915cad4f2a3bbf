import type { ConversationId, TenantId, UserId } from '@parley/protocol';
import type pg from 'pg';
import { beforeEach, expect, it } from 'vitest';
import { appendEntry, lockHead } from '../../packages/server/src/eventlog/append.js';
import {
  createSendBatch,
  type SendBatch,
  type SendOperation,
} from '../../packages/server/src/eventlog/send.js';
import { endMembership } from '../../packages/server/src/features/members/members.store.js';
import { describePostgres } from '../../packages/server/src/testing/describe-each-engine.js';
import { auditLog, oneTo } from '../../packages/server/src/testing/log-audit.js';
import { seedConversation, seedUser, sendOf } from '../../packages/server/src/testing/seed.js';
import { callSend, status } from './call-send.js';
import { untilBlocked } from './until-blocked.js';

describePostgres('send beside another transaction', (open) => {
  let ann: UserId;
  let bob: UserId;
  let conversationId: ConversationId;
  let holder: pg.Client;
  let other: SendBatch;

  beforeEach(async () => {
    const engine = open();
    ann = (await seedUser(engine.database)).userId;
    bob = (await seedUser(engine.database)).userId;
    conversationId = await seedConversation(engine.database, { memberIds: [ann, bob] });
    holder = await engine.connect();
    other = createSendBatch(await engine.openAnother(), engine.sendFunction);
  });

  const hello = (senderId: UserId, more: Partial<SendOperation> = {}) =>
    sendOf({ conversationId, senderId, ...more });
  const audit = () => auditLog(open().database, conversationId);
  /** Sends on the holder's connection, in the transaction it has open. */
  const hold = async (operations: SendOperation[]) => {
    await holder.query('begin');
    return callSend((text, values) => holder.query(text, values).then((result) => result.rows), {
      sendFunction: open().sendFunction,
      operations,
    });
  };

  it('answers busy at once for a conversation somebody holds, and applies the others of the array', async () => {
    const free = await seedConversation(open().database, { memberIds: [ann] });
    await hold([hello(ann)]);
    const verdicts = await other([hello(ann), hello(ann, { conversationId: free })], { wait: false });
    expect(verdicts).toEqual([{ status: 'busy' }, expect.objectContaining({ status: 'applied', seq: 1 })]);
    await holder.query('rollback');
    expect(await audit()).toMatchObject({ seqs: [], head: 0 });
  });

  it('waits when told to, and numbers on from what the holder committed', async () => {
    await hold([hello(ann), hello(ann)]);
    const waiting = other([hello(bob)], { wait: true });
    await untilBlocked(open());
    await holder.query('commit');
    expect(await waiting).toEqual([expect.objectContaining({ status: 'applied', seq: 3 })]);
    expect((await audit()).seqs).toEqual(oneTo(3));
  });

  it('gives up waiting with a lock timeout and has then done nothing', async () => {
    const impatient = await open().openAnother({ lockTimeoutMs: 50 });
    await hold([hello(ann)]);
    const waiting = createSendBatch(impatient, open().sendFunction)([hello(bob)], { wait: true });
    await expect(waiting).rejects.toMatchObject({ code: '55P03' });
    await holder.query('commit');
    expect((await audit()).seqs).toEqual([1]);
  });

  it('answers a repeat whose first copy was under way with the same seq and stamp', async () => {
    const message = hello(ann);
    const [first] = await hold([message]);
    const waiting = other([message, hello(bob), message], { wait: true });
    await untilBlocked(open());
    await holder.query('commit');
    const [repeat, next, again] = await waiting;
    expect(repeat).toEqual({ status: 'repeated', seq: 1, ord: 1, at: first?.at });
    expect(again).toEqual(repeat);
    expect(next).toMatchObject({ status: 'applied', seq: 2 });
    expect((await audit()).seqs).toEqual([1, 2]);
  });

  it('answers id_conflict to somebody else whose id was under way', async () => {
    const message = hello(ann);
    await hold([message]);
    const waiting = other([hello(bob, { id: message.id })], { wait: true });
    await untilBlocked(open());
    await holder.query('commit');
    expect(await waiting).toEqual([{ status: 'refused', code: 'id_conflict' }]);
  });

  it('applies a copy as the first when the transaction of the first was rolled back', async () => {
    const message = hello(ann);
    await hold([hello(bob), message]);
    const waiting = other([message], { wait: true });
    await untilBlocked(open());
    await holder.query('rollback');
    expect(await waiting).toEqual([expect.objectContaining({ status: 'applied', seq: 1 })]);
    expect(await audit()).toMatchObject({ seqs: [1], head: 1, ids: [message.id] });
  });

  it('leaves no hole when the session is terminated before it commits', async () => {
    await hold([hello(ann), hello(ann), hello(ann)]);
    const { rows } = await holder.query<{ pid: number }>('select pg_backend_pid() as pid');
    await open().query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    expect(await other([hello(bob)], { wait: true })).toEqual([
      expect.objectContaining({ status: 'applied', seq: 1 }),
    ]);
    expect(await audit()).toMatchObject({ seqs: [1], ords: [1], head: 1 });
  });

  it('accepts nothing from a member whose removal commits first', async () => {
    let waiting: ReturnType<SendBatch> | undefined;
    await open().database.transaction(async (tx) => {
      const { tenantId } = hello(ann);
      expect(await lockHead(tx, tenantId, conversationId)).toMatchObject({ lastSeq: 0 });
      const entry = { conversationId, kind: 3, actorId: ann, opId: null, targets: [bob] };
      const { seq } = await appendEntry(tx, entry);
      await endMembership(tx, { conversationId, userId: bob, seq, reason: 'removed' });
      waiting = other([hello(bob), hello(ann)], { wait: true });
      await untilBlocked(open());
    });
    expect(await waiting).toEqual([
      { status: 'refused', code: 'not_found' },
      expect.objectContaining({ status: 'applied', seq: 2 }),
    ]);
    expect(await audit()).toMatchObject({ seqs: [1, 2], ords: [1], stampsIncrease: true });
  });

  it('keeps the message of a member whose removal commits after it, before the removal in the log', async () => {
    await hold([hello(bob)]);
    const removal = open().database.transaction(async (tx) => {
      const head = await lockHead(tx, hello(ann).tenantId, conversationId);
      const entry = { conversationId, kind: 3, actorId: ann, opId: null, targets: [bob] };
      const { seq } = await appendEntry(tx, entry);
      await endMembership(tx, { conversationId, userId: bob, seq, reason: 'removed' });
      return { before: head?.lastSeq, seq };
    });
    await untilBlocked(open());
    await holder.query('commit');
    expect(await removal).toEqual({ before: 1, seq: 2 });
    expect(await other([hello(bob)], { wait: true })).toEqual([{ status: 'refused', code: 'not_found' }]);
    expect((await audit()).seqs).toEqual([1, 2]);
  });

  it('answers not_found, not busy, for what is held and belongs to another tenant', async () => {
    const otherTenant = '00000000-0000-4000-8000-0000000000ff' as TenantId;
    await hold([hello(ann)]);
    expect(await other([hello(ann, { tenantId: otherTenant })], { wait: false })).toEqual([
      { status: 'refused', code: 'not_found' },
    ]);
    await holder.query('rollback');
  });

  it('counts what it answered inside a transaction that was rolled back for nothing', async () => {
    const message = hello(ann);
    expect((await hold([message]))[0]?.status).toBe(status.applied);
    await holder.query('rollback');
    expect((await hold([message]))[0]).toMatchObject({ status: status.applied, seq: 1 });
    await holder.query('commit');
    expect(await audit()).toMatchObject({ seqs: [1], committedHead: 1 });
  });
});
