import type { ParleyError, Session } from '@parley/protocol';
import { beforeEach, expect, it, vi } from 'vitest';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { createListener } from '../../testing/publications.js';
import { newMessageId, newUserId } from '../../testing/seed.js';

const password = 'four words of nobody else';
const soon = { timeout: 5000, interval: 20 };

describeEachEngine('sessions of one person', (open) => {
  let username: string;
  let phone: Session;
  let laptop: Session;

  beforeEach(async () => {
    username = `u${newUserId().slice(0, 8)}`;
    phone = await anyone()('register', { username, password });
    laptop = await logIn('Laptop/1.0');
  });

  const anyone = () => callAs(open(), undefined);
  const actorOf = async ({ accessToken }: Session) => (await open().core.tokens.verify(accessToken)).actor;
  const as = async (session: Session) => callAs(open(), await actorOf(session));
  const refresh = ({ refreshToken }: Session) => anyone()('refresh', { refreshToken });
  const logIn = async (userAgent: string): Promise<Session> => {
    const operation = open().core.registry.operations.get('login');
    if (operation === undefined) throw new Error('there is no login');
    const call = { operation, input: { login: username, password }, actor: undefined, opId: undefined };
    // The handler of `login` gives its output.
    return (await open().core.execute({ ...call, userAgent })) as Session;
  };
  /** A socket of the session on this node. */
  const connect = async (session: Session) => {
    const { userId, sessionId } = await actorOf(session);
    const listener = createListener(userId);
    open()
      .core.hub.record()
      .admit({ ...listener.subscriber, sessionId }, new Map());
    return listener;
  };

  it('are listed with what began them, the one used last first, and which one asks', async () => {
    await open().query(`update parley.sessions set last_used_at = last_used_at - interval '1 hour'`);
    const { items: before } = await (await as(phone))('listSessions', {});
    expect(before.map(({ userAgent, isCurrent }) => [userAgent, isCurrent])).toEqual(
      expect.arrayContaining([
        [null, true],
        ['Laptop/1.0', false],
      ]),
    );
    expect(before).toHaveLength(2);
    await refresh(phone);
    const { items } = await (await as(laptop))('listSessions', {});
    expect(items.map(({ id }) => id)).toEqual([
      (await actorOf(phone)).sessionId,
      (await actorOf(laptop)).sessionId,
    ]);
    expect(items.map(({ isCurrent }) => isCurrent)).toEqual([false, true]);
    const [used, idle] = items;
    expect(Date.parse(used?.lastUsedAt ?? '') - Date.parse(idle?.lastUsedAt ?? '')).toBeGreaterThan(
      3_000_000,
    );
  });

  it('have names of clients without what could deceive whoever reads the list', async () => {
    const session = await logIn(`\u202eevil\u0007 ${'x'.repeat(300)}`);
    const { items } = await (await as(session))('listSessions', {});
    expect(items.find(({ isCurrent }) => isCurrent)?.userAgent).toBe(`evil ${'x'.repeat(195)}`);
  });

  it('are ended one by one, with their sockets and no others', async () => {
    const sockets = [await connect(phone), await connect(laptop)];
    const { sessionId } = await actorOf(phone);
    expect(await (await as(laptop))('revokeSession', { sessionId })).toBeNull();
    await expectCode('refresh_invalid', () => refresh(phone));
    await vi.waitFor(() => expect(sockets[0]?.closes).toEqual(['session_revoked']), soon);
    expect((await refresh(laptop)).user.id).toBe(laptop.user.id);
    expect(sockets[1]?.closes).toEqual([]);
    expect((await (await as(laptop))('listSessions', {})).items).toHaveLength(1);
  });

  it('of others, ended ones and unknown ones are the same nothing', async () => {
    const other = await anyone()('register', { username: `${username}b`, password });
    const { sessionId: ended } = await actorOf(phone);
    const mine = await as(laptop);
    await mine('revokeSession', { sessionId: ended });
    const errors: ParleyError[] = [];
    for (const sessionId of [(await actorOf(other)).sessionId, ended, newMessageId() as string])
      errors.push(await expectCode('not_found', () => mine('revokeSession', { sessionId })));
    expect(new Set(errors.map((error) => JSON.stringify(error.toBody('r')))).size).toBe(1);
    expect((await refresh(other)).user.id).toBe(other.user.id);
  });

  it('end all at once, or all but the one that asks', async () => {
    const tablet = await logIn('Tablet/1.0');
    const sockets = [await connect(phone), await connect(laptop), await connect(tablet)];
    await (await as(tablet))('logoutAll', { keepCurrent: true });
    for (const session of [phone, laptop]) await expectCode('refresh_invalid', () => refresh(session));
    const next = await refresh(tablet);
    await vi.waitFor(
      () =>
        expect(sockets.map(({ closes }) => closes)).toEqual([['session_revoked'], ['session_revoked'], []]),
      soon,
    );
    await (await as(next))('logoutAll', {});
    await expectCode('refresh_invalid', () => refresh(next));
    await vi.waitFor(() => expect(sockets[2]?.closes).toEqual(['session_revoked']), soon);
  });

  it('lose their sockets when a leaked refresh token comes back after its grace', async () => {
    const sockets = [await connect(phone), await connect(laptop)];
    const next = await refresh(phone);
    await open().query(`update parley.refresh_tokens set used_at = used_at - interval '21 seconds'`);
    await expectCode('refresh_reused', () => refresh(phone));
    await expectCode('refresh_invalid', () => refresh(next));
    await vi.waitFor(() => expect(sockets[0]?.closes).toEqual(['session_revoked']), soon);
    expect(sockets[1]?.closes).toEqual([]);
  });
});
