import { contracts } from '@parley/protocol';
import type { ChatEvent } from '@parley/protocol/wire';
import { describe, expect, it } from 'vitest';
import { asLogPage, type LogPage } from '../support/log-page.js';
import { callAs, createGroup, newId, type Person, register } from '../support/people.js';
import { RawSocket } from '../support/raw-socket.js';
import { expectCode } from './expect-error.js';
import { transports } from './transports.js';
import type { World } from './world.js';

const eventSchemas = Object.assign({}, ...Object.values(contracts).map(({ events }) => events));

/** Live events, heads at hello, and the log after any cursor: what a client lives on. */
export function describeResume(world: () => World): void {
  const as = (person: Person) => ({ url: world().url, person });
  const say = (person: Person, conversationId: string) =>
    callAs(as(person), 'sendMessage', { conversationId, id: newId(), content: 'words' });
  const enter = (person: Person, resume?: { epoch: string; since: string }) =>
    RawSocket.enter(world().url, person.token, resume);

  it('members get every event of the contract in order, exactly as the log tells it later', async () => {
    const [owner, member, guest] = [
      await register(world().url),
      await register(world().url),
      await register(world().url),
    ];
    const sockets = await Promise.all([owner, member].map((person) => enter(person)));
    const { id: conversationId } = await createGroup(world().url, owner, [member]);
    await say(owner, conversationId);
    await callAs(as(owner), 'addMembers', { conversationId, userIds: [guest.id] });
    await callAs(as(owner), 'removeMember', { conversationId, userId: guest.id });
    await say(member, conversationId);
    const { id: messageId } = await say(owner, conversationId);
    const target = { conversationId, messageId };
    await callAs(as(owner), 'editMessage', { ...target, content: 'other words' });
    await callAs(as(member), 'addReaction', { ...target, emoji: 'ok' });
    await callAs(as(member), 'removeReaction', { ...target, emoji: 'ok' });
    await callAs(as(owner), 'deleteMessage', target);
    await callAs(as(owner), 'updateConversation', { conversationId, name: 'Other' });
    await callAs(as(owner), 'updateMember', { conversationId, userId: member.id, role: 'moderator' });

    const log = await readAll(as(owner), conversationId);
    // The last entry ends the log: nobody can read it afterwards.
    const kinds = Object.keys(eventSchemas).filter((kind) => kind !== 'conversation.deleted');
    expect(new Set(log.map(({ kind }) => kind))).toEqual(new Set(kinds));
    for (const socket of sockets) {
      const events: ChatEvent[] = [];
      while (events.length < log.length) events.push(await nextEvent(socket));
      expect(events.map(({ seq }) => seq)).toEqual(log.map(({ seq }) => seq));
      for (const [index, event] of events.entries()) {
        const parsed = eventSchemas[event.kind].safeParse(event.data);
        expect(parsed.error?.issues ?? []).toEqual([]);
        expect(event.data).toEqual(parsed.data);
        const { kind, seq, at, actorId } = event;
        expect(log[index]).toMatchObject({ kind, seq, at, actorId, conversationId });
        // The log tells what an entry touched as it is now: the same where nothing touched it since.
        if (event.kind === 'message.created' && event.data.id !== messageId)
          expect(log[index]?.data).toEqual(event.data);
      }
    }
    await callAs(as(owner), 'deleteConversation', { conversationId });
    for (const socket of sockets) {
      const last = await nextEvent(socket);
      expect(last).toMatchObject({ kind: 'conversation.deleted', seq: log.length + 1, conversationId });
      expect(eventSchemas[last.kind].safeParse(last.data).success).toBe(true);
      await socket.close();
    }
  });

  it('who is added gets the event that tells of it and what follows; who is removed gets theirs and nothing more', async () => {
    const [owner, guest] = [await register(world().url), await register(world().url)];
    const { id: conversationId } = await createGroup(world().url, owner, []);
    await say(owner, conversationId);
    const socket = await enter(guest);
    await callAs(as(owner), 'addMembers', { conversationId, userIds: [guest.id] });
    await say(owner, conversationId);
    await callAs(as(owner), 'removeMember', { conversationId, userId: guest.id });
    await say(owner, conversationId);
    // A conversation made afterwards: what comes before its event is all that came.
    const { id: next } = await createGroup(world().url, owner, [guest]);
    const seen: [string, number][] = [];
    for (let event = await nextEvent(socket); event.conversationId !== next; event = await nextEvent(socket))
      seen.push([event.kind, event.seq]);
    expect(seen).toEqual([
      ['members.added', 3],
      ['message.created', 4],
      ['members.removed', 5],
    ]);
    await socket.close();
  });

  it('a hello without resume tells every head, one with resume those that moved and -1 where one is out', async () => {
    const [owner, member] = [await register(world().url), await register(world().url)];
    const groups = await Promise.all([1, 2, 3, 4].map(() => createGroup(world().url, owner, [member])));
    const [still = '', moved = '', left = '', fresh = ''] = groups.map(({ id }) => id);
    await callAs(as(owner), 'removeMember', { conversationId: fresh, userId: member.id });

    const socket = await enter(member);
    expect(socket.entered.heads).toEqual(new Map([still, moved, left].map((id) => [id, 1])));
    const { epoch, since } = socket.entered.welcome;
    await socket.close();

    await say(owner, moved);
    await say(owner, moved);
    await callAs(as(owner), 'removeMember', { conversationId: left, userId: member.id });
    await callAs(as(owner), 'addMembers', { conversationId: fresh, userIds: [member.id] });
    const resumed = await enter(member, { epoch, since });
    expect(resumed.entered.heads.get(moved)).toBe(3);
    expect(resumed.entered.heads.get(left)).toBe(-1);
    expect(resumed.entered.heads.get(fresh)).toBe(3);
    // At worst a head is told once more than needed, and then it is the true one.
    expect(resumed.entered.heads.get(still) ?? 1).toBe(1);
    await resumed.close();
  });

  it.each([
    ['another history', { epoch: 'another', since: 'x' }],
    ['a since nobody gave', { since: 'garbage' }],
    ['a since of another database', { since: '1.1.1:1:' }],
  ])('a resume from %s gets every head', async (_what, resume) => {
    const member = await register(world().url);
    const { id } = await createGroup(world().url, member, []);
    const first = await enter(member);
    const { epoch } = first.entered.welcome;
    const again = await enter(member, { epoch, ...resume });
    expect(again.entered.heads).toEqual(new Map([[id, 1]]));
    expect(again.entered.welcome).toMatchObject({ epoch, userId: member.id });
    await Promise.all([first.close(), again.close()]);
  });

  describe.each(transports)('over $name', (transport) => {
    it('the changes after every cursor are the rest of the log, whatever the size of the page', async () => {
      const owner = await register(world().url);
      const { id: conversationId } = await createGroup(world().url, owner, []);
      for (let count = 0; count < 7; count += 1) {
        await say(owner, conversationId);
        if (count % 3 === 0)
          await callAs(as(owner), 'addMembers', {
            conversationId,
            userIds: [(await register(world().url)).id],
          });
      }
      const log = await readAll(as(owner), conversationId);
      const head = log.length;
      const ask = async (input: object, by = owner) =>
        (
          await transport.send(world(), {
            operation: 'listChanges',
            as: by,
            input: { conversationId, ...input },
          })
        ).answer;
      expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: head }, (_, index) => index + 1));
      for (let since = 0; since <= head; since += 1)
        for (const limit of [1, 3, 100]) {
          const items = log.slice(since, since + limit);
          const to = items.at(-1)?.seq ?? since;
          expect(await ask({ since, limit })).toMatchObject({
            ok: true,
            result: { mode: 'log', items, head, to },
          });
        }
      expect(await ask({ since: head - 1, mode: 'state' })).toMatchObject({
        ok: true,
        result: { mode: 'state', memberCount: 4, to: head, head },
      });
      for (const since of [head + 1, Number.MAX_SAFE_INTEGER])
        expect(await ask({ since })).toEqual({ ok: true, result: { mode: 'reset', head } });
      const beyond = { conversationId, since: Number.MAX_SAFE_INTEGER };
      const stranger = await transport.send(world(), {
        operation: 'listChanges',
        as: world().stranger,
        input: beyond,
      });
      expectCode(stranger, 'not_found');
    });
  });
}

async function nextEvent(socket: RawSocket): Promise<ChatEvent> {
  const frame = await socket.next(({ type }) => type === 'event');
  if (frame.type !== 'event') throw new Error('not an event');
  return frame.event;
}

async function readAll(
  by: { url: string; person: Person },
  conversationId: string,
): Promise<LogPage['items']> {
  const page = await callAs(by, 'listChanges', { conversationId, since: 0, limit: 100, mode: 'log' });
  return asLogPage(page).items;
}
