import type { Session } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { newUserId } from '../../testing/seed.js';

const password = 'four words of nobody else';

describeEachEngine('accounts and sessions', (open) => {
  let username: string;
  let session: Session;

  beforeEach(async () => {
    username = `u${newUserId().slice(0, 8)}`;
    session = await call()('register', { username, email: `${username}@example.org`, password });
  });

  const call = () => callAs(open(), undefined);
  const refresh = (refreshToken: string) => call()('refresh', { refreshToken });
  /** Lets time pass for the tokens of this file, by moving what has happened into the past. */
  const age = (seconds: number) =>
    open().query(`update parley.refresh_tokens set used_at = used_at - interval '${seconds} seconds'`);
  const claims = async ({ accessToken }: Session) => (await open().core.tokens.verify(accessToken)).actor;

  it('registering gives a session whose token is good for the person', async () => {
    expect(session.user).toMatchObject({ username, displayName: username, email: `${username}@example.org` });
    expect((await claims(session)).userId).toBe(session.user.id);
  });

  it('a name or address is given once, whoever comes first, also at the same moment', async () => {
    await expectCode('username_taken', () => call()('register', { username, password }));
    await expectCode('email_taken', () =>
      call()('register', { username: `${username}b`, email: `${username}@example.org`, password }),
    );
    const name = `${username}c`;
    const both = await Promise.allSettled([1, 2].map(() => call()('register', { username: name, password })));
    expect(both.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find((result) => result.status === 'rejected')).toMatchObject({
      reason: { code: 'username_taken' },
    });
  });

  it('logging in takes name or address in any case, and answers all else alike', async () => {
    for (const login of [username, username.toUpperCase(), `${username}@Example.org`])
      expect((await call()('login', { login, password })).user.id).toBe(session.user.id);
    const errors = [
      await expectCode('invalid_credentials', () =>
        call()('login', { login: username, password: `${password}!` }),
      ),
      await expectCode('invalid_credentials', () => call()('login', { login: `${username}x`, password })),
    ];
    expect(new Set(errors.map((error) => JSON.stringify(error.toBody('r')))).size).toBe(1);
  });

  it('refreshing gives a new token of the same session, again and again', async () => {
    let current = session;
    const seen = new Set([session.refreshToken]);
    for (let count = 0; count < 3; count += 1) {
      current = await refresh(current.refreshToken);
      seen.add(current.refreshToken);
      await age(3600);
    }
    expect(seen.size).toBe(4);
    expect(await claims(current)).toEqual(await claims(session));
  });

  it('two tabs that refresh with the same token at once, or within twenty seconds, get the same successor', async () => {
    const tabs = await Promise.all([refresh(session.refreshToken), refresh(session.refreshToken)]);
    await age(19);
    tabs.push(await refresh(session.refreshToken));
    expect(new Set(tabs.map((tab) => tab.refreshToken)).size).toBe(1);
    const rows = await open().query<{ count: number }>(
      `select count(*)::int as count from parley.refresh_tokens t join parley.sessions s on s.id = t.session_id
       where s.user_id = $1`,
      [session.user.id],
    );
    expect(rows).toEqual([{ count: 2 }]);
  });

  it('a token used again after the grace ends the whole session: thief and owner are both out', async () => {
    const next = await refresh(session.refreshToken);
    await age(21);
    await expectCode('refresh_reused', () => refresh(session.refreshToken));
    await expectCode('refresh_invalid', () => refresh(next.refreshToken));
    await expectCode('refresh_invalid', () => refresh(session.refreshToken));
    expect(await call()('login', { login: username, password })).toMatchObject({
      user: { id: session.user.id },
    });
  });

  it("a stolen token's use does not touch the owner's other sessions", async () => {
    const laptop = await call()('login', { login: username, password });
    await refresh(session.refreshToken);
    await age(21);
    await expectCode('refresh_reused', () => refresh(session.refreshToken));
    expect((await refresh(laptop.refreshToken)).user.id).toBe(session.user.id);
  });

  it('logging out ends the session of the token, and nothing for an unknown one', async () => {
    await call()('logout', { refreshToken: 'x'.repeat(43) });
    const next = await refresh(session.refreshToken);
    await call()('logout', { refreshToken: next.refreshToken });
    await expectCode('refresh_invalid', () => refresh(next.refreshToken));
    await expectCode('refresh_invalid', () => refresh(session.refreshToken));
  });

  it('a session of thirty days unused is over; one in use goes on', async () => {
    const idle = await call()('login', { login: username, password });
    const { sessionId } = await claims(session);
    const expire = (id: string | null, days: number) =>
      open().query(
        `update parley.sessions set expires_at = expires_at - interval '${days} days' where id = $1`,
        [id],
      );
    await expire(sessionId, 29);
    const next = await refresh(session.refreshToken);
    await expire(sessionId, 29);
    expect((await refresh(next.refreshToken)).user.id).toBe(session.user.id);
    await expire((await claims(idle)).sessionId, 30);
    await expectCode('refresh_invalid', () => refresh(idle.refreshToken));
  });

  it('no token and no password stand in the database', async () => {
    const rows = await open().query<{ text: string }>(
      `select t.token_hash::text || c.password_hash || s::text as text from parley.sessions s
       join parley.refresh_tokens t on t.session_id = s.id
       join parley.credentials c on c.user_id = s.user_id where s.user_id = $1`,
      [session.user.id],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.text).not.toContain(session.refreshToken);
    expect(rows[0]?.text).not.toContain(Buffer.from(session.refreshToken, 'base64url').toString('hex'));
    expect(rows[0]?.text).toMatch(/\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});
