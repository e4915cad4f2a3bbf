/**
 * What is reached by way of something else: a test for each row of the table "Indirect references" of the security rules that there is something for.
 * Whatever is refused leaves no row, no event to anyone and no counter.
 *
 * Rows, or parts of them, that other suites prove:
 * | Row | Where |
 * |---|---|
 * | Subscribe, then be removed: on two nodes, 100 sends racing, 24 rounds | `cluster/who-may-hear.test.ts` |
 * | Rejoin later, with `since_join`: edits and reactions on what was before | `cluster/who-may-hear.test.ts` |
 * | Repeated opId: same actor, also after removal; another conversation; ten at once | `repeats.suite.ts` |
 * | Log-in with an unknown name, with a wrong password; registering a taken name | `operations.suite.ts` |
 * | BYO JWT: tenant from a claim, `sub` of somebody local, issuer, algorithm | `access/foreign-tokens.test.ts`, `access/identities.pg.test.ts` |
 * | Extra keys in a body: every operation | `invalid.suite.ts` |
 * | Another tenant, in every row | `tenants.test.ts` |
 */
import { type OperationName, routes } from '@parley/protocol/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callAs, createGroup, logIn, newId, type Person, register } from '../support/people.js';
import { RawSocket } from '../support/raw-socket.js';
import { RestClient } from '../support/rest-client.js';
import { startServer, type TestServer } from '../support/start-server.js';
import { expectCode, fingerprint } from './expect-error.js';
import { expectAlike, openScene, type Scene } from './indirect-references/scene.js';

let server: TestServer | undefined;
let opened: Scene | undefined;

beforeAll(async () => {
  server = await startServer({ engine: 'postgres' });
  opened = await openScene(server.url);
});

afterAll(async () => {
  await opened?.close();
  await server?.stop();
});

function scene(): Scene {
  if (opened === undefined) throw new Error('the server did not start');
  return opened;
}

const by = (person: Person) => ({ url: scene().url, person });

describe('a reference in a message', () => {
  it('reply_to another conversation, what is deleted, or nothing at all: one answer, no message', async () => {
    const { conversationId, foreign, deletedId } = scene();
    const inputs = [foreign.messageId, deletedId, newId(), newId()].map((replyToId) => ({
      conversationId,
      id: newId(),
      content: 'an answer',
      replyToId,
    }));
    await expectAlike(scene(), { operation: 'sendMessage', inputs, code: 'invalid_reference' });
  });

  it('thread_id of another conversation, or of nothing: not found, no message', async () => {
    const { conversationId, foreign } = scene();
    const inputs = [foreign.messageId, newId()].map((threadId) => ({
      conversationId,
      id: newId(),
      content: 'in a thread',
      threadId,
    }));
    await expectAlike(scene(), { operation: 'sendMessage', inputs, code: 'not_found' });
  });

  it('mention of somebody who is no member is plain text: nothing of it reaches them', async () => {
    const { member, other, url } = scene();
    const { id: conversationId } = await createGroup(url, member, []);
    const ear = await RawSocket.enter(url, other.token);
    ear.setOpen([conversationId]);
    const content = `hello @${other.username} <@${other.id}> @everyone`;
    const { id } = await callAs(by(member), 'sendMessage', { conversationId, id: newId(), content });
    const { message } = await callAs(by(member), 'getMessage', { conversationId, messageId: id });
    expect(message.content).toBe(content);
    await ear.call('sync');
    expect(ear.has(({ type }) => type === 'event' || type === 'signal')).toBe(false);
    await ear.close();
  });
});

/** Operations on one message, with what they need beside its place. */
const onMessages: readonly [OperationName, object][] = [
  ['getMessage', {}],
  ['editMessage', { content: 'other words' }],
  ['deleteMessage', {}],
  ['restoreMessage', {}],
  ['addReaction', { emoji: ':ship:' }],
  ['removeReaction', { emoji: ':ship:' }],
  ['listReactions', {}],
  ['listVersions', {}],
  ['listReplies', {}],
];

describe('a message by way of a conversation', () => {
  it('is never found by its id alone: the list below names every operation on one message', () => {
    const all = Object.entries(routes).flatMap(([name, { rest }]) =>
      rest.includes('/messages/:messageId') ? [name] : [],
    );
    expect(onMessages.map(([name]) => name)).toEqual(expect.arrayContaining(all));
  });

  it.each(onMessages)(
    'path of one conversation, message of another: %s finds nothing',
    async (operation, more) => {
      const { conversationId, foreign } = scene();
      const inputs = [
        { conversationId, messageId: foreign.messageId, ...more },
        { conversationId, messageId: newId(), ...more },
        { conversationId: foreign.conversationId, messageId: foreign.messageId, ...more },
        { conversationId: foreign.conversationId, messageId: scene().messageId, ...more },
        { conversationId: newId(), messageId: scene().messageId, ...more },
      ];
      await expectAlike(scene(), { operation, inputs, code: 'not_found' });
    },
  );

  it.each([
    ['followThread', 'rootId'],
    ['unfollowThread', 'rootId'],
  ] as const)('thread of another conversation: %s finds nothing', async (operation, field) => {
    const { conversationId, foreign } = scene();
    const inputs = [foreign.messageId, newId()].map((id) => ({ conversationId, [field]: id }));
    await expectAlike(scene(), { operation, inputs, code: 'not_found' });
  });

  it.each([
    ['editMessage', { content: 'other words' }],
    ['addReaction', { emoji: ':ship:' }],
    ['removeReaction', { emoji: ':ship:' }],
    ['deleteMessage', {}],
  ] as const)('react, edit or delete what is deleted: %s finds nothing', async (operation, more) => {
    const { conversationId, deletedId } = scene();
    const inputs = [{ conversationId, messageId: deletedId, ...more }];
    await expectAlike(scene(), { operation, inputs, code: 'not_found' });
  });
});

describe('a mark', () => {
  it.each(['markRead', 'markDelivered', 'markUnread', 'setTyping'] as const)(
    'of a foreign conversation: %s finds nothing, and tells nobody there',
    async (operation) => {
      const { foreign, other, url } = scene();
      const ear = await RawSocket.enter(url, other.token);
      ear.setOpen([foreign.conversationId]);
      const more =
        operation === 'setTyping' ? { isTyping: true } : operation === 'markUnread' ? {} : { seq: 1 };
      const inputs = [foreign.conversationId, newId()].map((conversationId) => ({ conversationId, ...more }));
      await expectAlike(scene(), { operation, inputs, code: 'not_found' });
      await ear.call('getPreferences');
      expect(ear.has(({ type }) => type === 'event' || type === 'signal')).toBe(false);
      await ear.close();
    },
  );

  it('above the head stops at the head; of a thread of another conversation is not found', async () => {
    const { conversationId, foreign, member, url, owner } = scene();
    const own = await createGroup(url, owner, [member]);
    const far = { conversationId: own.id, seq: own.lastSeq + 1000 };
    const { readSeq } = await callAs(by(member), 'markRead', far);
    const { deliveredSeq } = await callAs(by(member), 'markDelivered', far);
    expect([readSeq, deliveredSeq]).toEqual([own.lastSeq, own.lastSeq]);
    const inputs = [foreign.messageId, newId()].map((threadId) => ({ conversationId, seq: 1, threadId }));
    await expectAlike(scene(), { operation: 'markRead', inputs, code: 'not_found' });
  });
});

describe('somebody who is removed', () => {
  it('while a hundred sends race: hears no message from after it, one removal, then finds nothing', async () => {
    const { url, owner } = scene();
    const guest = await register(url);
    const { id: conversationId } = await createGroup(url, owner, [guest]);
    const ear = await RawSocket.enter(url, guest.token);
    ear.setOpen([conversationId]);
    const send = () =>
      callAs(by(owner), 'sendMessage', { conversationId, id: newId(), content: 'said in the race' });
    const racing = Array.from({ length: 100 }, send);
    const removal = await callAs(by(owner), 'removeMember', { conversationId, userId: guest.id });
    await Promise.all(racing);
    const later = `said later ${newId()}`;
    await callAs(by(owner), 'sendMessage', { conversationId, id: newId(), content: later });
    await callAs(by(owner), 'updateConversation', { conversationId, name: later });
    await ear.call('getPreferences');
    const frames: string[] = [];
    const removals: number[] = [];
    let lastMessage = 0;
    while (ear.has(() => true)) {
      const frame = await ear.next();
      frames.push(JSON.stringify(frame));
      if (frame.type !== 'event') continue;
      if (frame.event.kind === 'message.created') lastMessage = Math.max(lastMessage, frame.event.seq);
      if (frame.event.kind === 'members.removed') removals.push(frame.event.seq);
    }
    expect(lastMessage).toBeLessThan(removal.seq);
    expect(removals.filter((seq) => seq !== removal.seq)).toEqual([]);
    expect(removals.length).toBeLessThanOrEqual(1);
    expect(frames.join('\n')).not.toContain(later);
    for (const operation of ['getConversation', 'listMessages', 'listMembers', 'listThreads'] as const)
      expectCode(
        await new RestClient(url, guest.token).callInFull(operation, { conversationId }),
        'not_found',
      );
    const changes = { conversationId, since: 1 };
    expectCode(await new RestClient(url, guest.token).callInFull('listChanges', changes), 'not_found');
    await ear.close();
  });

  it('and rejoins later, where history begins at the join: nothing from between shows anywhere', async () => {
    const { url, owner } = scene();
    const guest = await register(url);
    const { id: conversationId } = await createGroup(url, owner, [guest]);
    await callAs(by(owner), 'updateConversation', { conversationId, settings: { history: 'since_join' } });
    await callAs(by(owner), 'removeMember', { conversationId, userId: guest.id });
    const secret = `between ${newId()}`;
    const hidden = { conversationId, id: newId(), content: secret };
    const { seq } = await callAs(by(owner), 'sendMessage', hidden);
    const reply = { conversationId, id: newId(), content: secret, threadId: hidden.id };
    await callAs(by(owner), 'sendMessage', reply);
    await callAs(by(owner), 'addMembers', { conversationId, userIds: [guest.id] });
    const answer = { conversationId, id: newId(), content: 'seen', replyToId: hidden.id };
    await callAs(by(owner), 'sendMessage', answer);
    const rest = new RestClient(url, guest.token);
    const pages = [
      await rest.callInFull('listMessages', { conversationId }),
      await rest.callInFull('listMessages', { conversationId, aroundTime: '2020-01-01T00:00:00Z' }),
      await rest.callInFull('listMessages', { conversationId, before: '100' }),
      await rest.callInFull('listChanges', { conversationId, since: 0 }),
      await rest.callInFull('listChanges', { conversationId, since: seq - 1, mode: 'state' }),
      await rest.callInFull('listThreads', { conversationId }),
      await rest.callInFull('sync', { open: [{ conversationId, seq: 0 }] }),
      await rest.callInFull('listConversations', {}),
    ];
    for (const { response } of pages) expect(response.text).not.toContain(secret);
    const summary = await callAs(by(guest), 'getConversation', { conversationId });
    expect(summary.mine.unreadCount).toBe(1);
    for (const [operation, more] of onMessages) {
      const messageId = hidden.id;
      const found = await rest.callInFull(operation, { conversationId, messageId, ...more });
      const none = await rest.callInFull(operation, { conversationId, messageId: newId(), ...more });
      expectCode(found, 'not_found');
      expect(fingerprint(found), operation).toBe(fingerprint(none));
    }
  });
});

describe('a key or an id used again', () => {
  it('by another member is a conflict; by who used it, also when muted, the first answer and nothing new', async () => {
    const { owner, member, url } = scene();
    const { id: conversationId } = await createGroup(url, owner, [member]);
    const input = { conversationId, id: newId(), content: 'once' };
    const first = await callAs(by(member), 'sendMessage', input);
    await callAs(by(owner), 'updateMember', {
      conversationId,
      userId: member.id,
      mutedUntil: '2099-01-01T00:00:00Z',
    });
    expect(await callAs(by(member), 'sendMessage', { ...input, content: 'twice' })).toEqual(first);
    expectCode(await new RestClient(url, owner.token).callInFull('sendMessage', input), 'id_conflict');
    await callAs(by(owner), 'updateMember', { conversationId, userId: member.id, mutedUntil: null });
    const { message } = await callAs(by(owner), 'getMessage', { conversationId, messageId: input.id });
    expect(message.content).toBe('once');
  });
});

describe('a cursor', () => {
  /** Lists with a cursor of their own making; the others are positions in a log. */
  const lists: readonly [OperationName, string, (scene: Scene) => object][] = [
    ['listConversations', 'cursor', () => ({})],
    ['listMembers', 'cursor', ({ conversationId }) => ({ conversationId })],
    ['listReactions', 'cursor', ({ conversationId, messageId }) => ({ conversationId, messageId })],
    ['listVersions', 'cursor', ({ conversationId, messageId }) => ({ conversationId, messageId })],
    ['listThreads', 'cursor', ({ conversationId }) => ({ conversationId })],
    ['listMessages', 'before', ({ conversationId }) => ({ conversationId })],
    ['listMessages', 'after', ({ conversationId }) => ({ conversationId })],
    ['listReplies', 'before', ({ conversationId, messageId }) => ({ conversationId, messageId })],
  ];
  const broken = [
    Buffer.from("' or 1=1; drop table parley.users --").toString('base64url'),
    Buffer.from('2026-11-21T09:00:00.000000Z not-an-id').toString('base64url'),
    Buffer.from(`2026-11-21T09:00:00.000000Z ${newId()} and more`).toString('base64url'),
    Buffer.from(`infinity ${newId()}`).toString('base64url'),
    `${Buffer.from(`2026-11-21T09:00:00.000000Z ${newId()}`).toString('base64url').slice(0, -3)}!!!`,
    '-1',
    '1e9',
    '99999999999999999999999999',
    '%00',
  ];

  it.each(lists)(
    'of SQL, with flipped bits or of nothing: %s by %s answers all alike',
    async (operation, field, at) => {
      const inputs = broken.map((cursor) => ({ ...at(scene()), [field]: cursor }));
      await expectAlike(scene(), { operation, inputs, code: 'invalid_cursor' });
    },
  );

  it('of somebody else or of another conversation is a position and opens nothing', async () => {
    const { url, other, member, foreign, conversationId } = scene();
    await createGroup(url, other, []);
    const { nextCursor } = await callAs(by(other), 'listConversations', { limit: 1 });
    expect(nextCursor).toBeDefined();
    const theirs = { cursor: nextCursor ?? '' };
    const reply = await new RestClient(url, member.token).callInFull('listConversations', theirs);
    expect(reply.response.text).not.toContain(foreign.conversationId);
    expect(reply.response.text).not.toContain(`by ${other.id}`);
    const { nextCursor: ofMembers } = await callAs(by(member), 'listMembers', { conversationId, limit: 1 });
    const elsewhere = { conversationId: foreign.conversationId, cursor: ofMembers ?? '' };
    expectCode(await new RestClient(url, member.token).callInFull('listMembers', elsewhere), 'not_found');
  });
});

describe('who somebody is', () => {
  it('log-in with a known and an unknown name differ in nothing but the request', async () => {
    const { url, member } = scene();
    const rest = new RestClient(url);
    const tries = [member.username, `nobody-${newId().slice(0, 8)}`, `${newId()}@example.org`];
    const prints = new Set<string>();
    for (const login of tries)
      prints.add(fingerprint(await rest.callInFull('login', { login, password: 'not their password' })));
    expect(prints.size).toBe(1);
    const forgot = new Set<string>();
    for (const email of [`${newId()}@example.org`, `${newId()}@example.org`]) {
      const { response } = await rest.callInFull('requestPasswordReset', { email });
      forgot.add(`${response.status} ${response.text}`);
    }
    expect([...forgot]).toEqual(['204 ']);
  });

  it.each(['role', 'tenantId', 'senderId', 'createdAt', 'isAdmin'])(
    '%s in a body is refused',
    async (key) => {
      const { conversationId } = scene();
      const inputs = [{ conversationId, id: newId(), content: 'as somebody', [key]: newId() }];
      await expectAlike(scene(), { operation: 'sendMessage', inputs, code: 'validation_failed' });
    },
  );
});

describe('two who go at once', () => {
  it('two owners leave: one goes, one stays as the owner', async () => {
    const { url, owner } = scene();
    const [second, third] = [await register(url), await register(url)];
    for (let round = 0; round < 5; round += 1) {
      const { id: conversationId } = await createGroup(url, owner, [second, third]);
      await callAs(by(owner), 'updateMember', { conversationId, userId: second.id, role: 'owner' });
      const leave = (person: Person) =>
        new RestClient(url, person.token).callInFull('leaveConversation', { conversationId });
      const replies = await Promise.all([owner, second].map(leave));
      const refused = replies.filter(({ answer }) => !answer.ok);
      expect(refused).toHaveLength(1);
      for (const reply of refused) expectCode(reply, 'last_owner');
      const { items } = await callAs(by(third), 'listMembers', { conversationId });
      expect(items.filter(({ role }) => role === 'owner')).toHaveLength(1);
    }
  });

  it('two owners remove each other: at most one is gone, and there is an owner', async () => {
    const { url, owner } = scene();
    const [second, third] = [await register(url), await register(url)];
    await logIn(url, second);
    for (let round = 0; round < 5; round += 1) {
      const { id: conversationId } = await createGroup(url, owner, [second, third]);
      await callAs(by(owner), 'updateMember', { conversationId, userId: second.id, role: 'owner' });
      const lower = (person: Person, userId: string, role: 'admin' | 'member') =>
        new RestClient(url, person.token).callInFull('updateMember', { conversationId, userId, role });
      await Promise.all([lower(owner, owner.id, 'admin'), lower(second, second.id, 'admin')]);
      const kick = (person: Person, userId: string) =>
        new RestClient(url, person.token).callInFull('removeMember', { conversationId, userId });
      const replies = await Promise.all([kick(owner, second.id), kick(second, owner.id)]);
      expect(replies.filter(({ answer }) => answer.ok).length).toBeLessThanOrEqual(1);
      for (const { response } of replies) expect(response.status).toBeLessThan(500);
      const { items } = await callAs(by(third), 'listMembers', { conversationId });
      expect(items.filter(({ role }) => role === 'owner')).toHaveLength(1);
    }
  });
});
