import type { ConversationId, Input, OpId, Output } from '@parley/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { newMessageId, seedUser } from '../../testing/seed.js';
import { turn } from '../../testing/turn.js';

describeEachEngine('catching up', (open, engine) => {
  let ann: Actor;
  let bob: Actor;
  let conversationId: ConversationId;

  beforeEach(async () => {
    ann = await seedUser(open().database);
    bob = await seedUser(open().database);
    conversationId = await make([bob]);
  });

  const as = (actor: Actor) => callAs(open(), actor);
  const make = async (others: readonly Actor[]) => {
    const memberIds = others.map(({ userId }) => userId);
    return (await as(ann)('createConversation', { type: 'group', name: 'ours', memberIds })).id;
  };
  const send = (to = conversationId) =>
    as(ann)('sendMessage', { conversationId: to, id: newMessageId(), content: 'hello' });
  const changes = (by: Actor, since: number, more: Partial<Input<'listChanges'>> = {}) =>
    as(by)('listChanges', { conversationId, since, ...more });
  const setHead = (columns: string) =>
    open().query(`update parley.conversation_heads set ${columns} where conversation_id = $1`, [
      conversationId,
    ]);

  describe('with one conversation', () => {
    it('tells a short gap as the log, and as state who asks for it', async () => {
      await send();
      expect(await changes(bob, 1)).toMatchObject({ mode: 'log', items: [{ seq: 2 }], to: 2, head: 2 });
      expect(await changes(bob, 1, { mode: 'state' })).toMatchObject({
        mode: 'state',
        conversation: null,
        messages: [{ seq: 2 }],
        members: [],
        gone: [],
        memberCount: 2,
        users: { [ann.userId]: { id: ann.userId } },
        to: 2,
        head: 2,
      });
    });

    it('tells a long gap as state, and as the log who asks for it', async () => {
      await setHead('last_seq = 500');
      expect(await changes(bob, 10)).toMatchObject({ mode: 'state', to: 500, head: 500 });
      expect(await changes(bob, 499)).toMatchObject({ mode: 'log' });
      expect(await changes(bob, 10, { mode: 'log' })).toMatchObject({ mode: 'log' });
    });

    it('tells who came and who went', async () => {
      const cid = await seedUser(open().database);
      await as(ann)('addMembers', { conversationId, userIds: [cid.userId] });
      await as(bob)('removeMember', { conversationId, userId: bob.userId });
      expect(await changes(ann, 1, { mode: 'state' })).toMatchObject({
        conversation: { memberCount: 2, rev: 3 },
        members: [{ userId: cid.userId, joinedSeq: 2, rev: 2 }],
        gone: [{ userId: bob.userId, rev: 3 }],
        memberCount: 2,
      });
    });

    it('tells of a crowd only how large it is', async () => {
      await open().query('update parley.conversations set member_count = 1001 where id = $1', [
        conversationId,
      ]);
      expect(await changes(ann, 0, { mode: 'state' })).toMatchObject({
        members: [],
        gone: [],
        memberCount: 1001,
      });
    });

    it('respects what is kept: below the floor of changes there is state, below the floor nothing', async () => {
      for (let count = 0; count < 5; count += 1) await send();
      await setHead('floor_seq = 2, changes_floor_seq = 4');
      expect(await changes(bob, 4)).toMatchObject({ mode: 'log' });
      expect(await changes(bob, 3)).toMatchObject({ mode: 'state' });
      expect(await changes(bob, 3, { mode: 'log' })).toMatchObject({ mode: 'state' });
      expect(await changes(bob, 1)).toEqual({ mode: 'reset', head: 6 });
      expect(await changes(bob, 7)).toEqual({ mode: 'reset', head: 6 });
    });

    it('is hidden from whoever is not in it', async () => {
      await as(ann)('removeMember', { conversationId, userId: bob.userId });
      await expectCode('not_found', () => changes(bob, 0));
      await expectCode('not_found', () => changes(bob, 0, { mode: 'state' }));
    });
  });

  describe('with all conversations', () => {
    const sync = (by: Actor, input: Input<'sync'> = {}) => as(by)('sync', input);
    const state = async (by: Actor) => {
      const { epoch, since } = await sync(by);
      return { epoch, since };
    };

    it('tells every head at first, and later those that moved, each once', async () => {
      const still = await make([bob]);
      const first = await sync(bob);
      expect(new Map(first.heads)).toEqual(new Map([conversationId, still].map((id) => [id, 1])));
      expect(first).toMatchObject({ isReset: false, gone: [], changes: {} });
      const { epoch, since } = first;
      await send();
      const second = await sync(bob, { epoch, since });
      expect(second).toMatchObject({ epoch, isReset: false, heads: [[conversationId, 2]] });
      expect(await sync(bob, { epoch, since: second.since })).toMatchObject({ heads: [], gone: [] });
    });

    if (engine === 'postgres')
      it('tells each once also while a transaction stays open elsewhere, and what that one writes when it ends', async () => {
        const other = await open().connect();
        await other.query('begin');
        const slow = await make([bob]);
        await other.query(
          'update parley.conversation_heads set xid = pg_current_xact_id() where conversation_id = $1',
          [slow],
        );
        const { epoch, since } = await sync(bob);
        await send();
        const second = await sync(bob, { epoch, since });
        expect(second.heads).toEqual([[conversationId, 2]]);
        const third = await sync(bob, { epoch, since: second.since });
        expect(third.heads).toEqual([]);
        await other.query('commit');
        expect((await sync(bob, { epoch, since: third.since })).heads).toEqual([[slow, 1]]);
      });

    it('tells every head again to whoever comes from another database, and that it is another history', async () => {
      const { epoch, since } = await state(bob);
      const heads = [[conversationId, 1]];
      expect(await sync(bob, { epoch, since: '1.1.1:1:' })).toMatchObject({ isReset: false, heads });
      expect(await sync(bob, { epoch: 'other', since })).toMatchObject({ isReset: true, epoch, heads });
    });

    it('tells the changes of what is open and moved, and that what is hidden is gone', async () => {
      const [still, hidden] = [await make([bob]), await make([])];
      await send();
      const open = [conversationId, still, hidden].map((id) => ({ conversationId: id, seq: 1 }));
      const answer = await sync(bob, { ...(await state(bob)), open });
      expect(answer.gone).toEqual([hidden]);
      expect(answer.changes).toMatchObject({ [conversationId]: { mode: 'log', items: [{ seq: 2 }], to: 2 } });
      expect(Object.keys(answer.changes)).toEqual([conversationId]);
    });

    it('tells once of a conversation one was taken out of', async () => {
      const before = await state(bob);
      await as(ann)('removeMember', { conversationId, userId: bob.userId });
      const answer = await sync(bob, before);
      expect(answer).toMatchObject({ heads: [], gone: [conversationId] });
      expect(await sync(bob, { epoch: answer.epoch, since: answer.since })).toMatchObject({ gone: [] });
    });

    it('is refused to a session that has ended', async () => {
      await open().query('update parley.sessions set revoked_at = now() where id = $1', [bob.sessionId]);
      await expectCode('session_revoked', () => sync(bob));
    });

    describe('and a wait', () => {
      const wait = (by: Actor, input: Input<'sync'>, abortSignal?: AbortSignal) => {
        const operation = open().core.registry.operations.get('sync');
        if (operation === undefined) throw new Error('there is no sync');
        const waiting = open().core.execute({
          operation,
          input: { ...input, waitMs: 25_000 },
          actor: by,
          opId: newMessageId() as string as OpId,
          ...(abortSignal === undefined ? {} : { abortSignal }),
        });
        // The handler of an operation gives its output.
        return waiting as Promise<Output<'sync'>>;
      };
      /** Until the wait stands in the hub, beside `others` of other tests. */
      const untilWaiting = async () => {
        while (open().core.hub.size === 0) await turn();
      };

      it('answers at once when there is something to tell', async () => {
        const before = await state(bob);
        await send();
        expect(await wait(bob, before)).toMatchObject({ heads: [[conversationId, 2]] });
      });

      it('answers when somebody writes, with what they wrote', async () => {
        const waiting = wait(bob, { ...(await state(bob)), open: [{ conversationId, seq: 1 }] });
        await untilWaiting();
        await send();
        expect(await waiting).toMatchObject({
          heads: [[conversationId, 2]],
          changes: { [conversationId]: { items: [{ seq: 2 }] } },
        });
        expect(open().core.hub.size).toBe(0);
      });

      it('answers when one is brought into a conversation, and when one is taken out', async () => {
        const entering = wait(bob, await state(bob));
        await untilWaiting();
        const other = await make([bob]);
        const { epoch, since, heads } = await entering;
        expect(heads).toEqual([[other, 1]]);
        const leaving = wait(bob, { epoch, since });
        await untilWaiting();
        await as(ann)('removeMember', { conversationId: other, userId: bob.userId });
        expect(await leaving).toMatchObject({ heads: [], gone: [other] });
      });

      it('answers when one changed something about oneself elsewhere, also between two waits', async () => {
        const waiting = wait(bob, await state(bob));
        await untilWaiting();
        await as(bob)('updatePreferences', { hideReceipts: true });
        const { epoch, since, ...told } = await waiting;
        expect(told).toMatchObject({ userSeq: 1, heads: [], gone: [] });
        await as(bob)('updatePreferences', { hideReceipts: false });
        expect(await wait(bob, { epoch, since })).toMatchObject({ userSeq: 2, heads: [] });
        expect(open().core.hub.size).toBe(0);
      });

      it('ends with nothing to tell when its caller is gone', async () => {
        const controller = new AbortController();
        const waiting = wait(bob, await state(bob), controller.signal);
        await untilWaiting();
        controller.abort();
        expect(await waiting).toMatchObject({ heads: [], gone: [], changes: {} });
        expect(open().core.hub.size).toBe(0);
      });
    });
  });
});
