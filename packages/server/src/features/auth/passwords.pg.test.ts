import { hash } from '@node-rs/argon2';
import type { Session } from '@parley/protocol';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { defaultTenantId } from '../../access/actor.js';
import { BoundedQueue } from '../../lib/bounded-queue.js';
import { systemClock } from '../../lib/clock.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { newUserId } from '../../testing/seed.js';
import { createResetRequests, type ResetRequests } from './reset-requests.js';

const password = 'four words of nobody else';
const newPassword = 'four other words, also mine';
const common = 'Password1234';

describeEachEngine('passwords', (open, engine) => {
  let username: string;
  let session: Session;

  beforeEach(async () => {
    username = `u${newUserId().slice(0, 8)}`;
    session = await anyone()('register', { username, email: `${username}@example.org`, password });
  });

  const anyone = () => callAs(open(), undefined);
  const me = async () => callAs(open(), (await open().core.tokens.verify(session.accessToken)).actor);
  const logIn = (given: string) => anyone()('login', { login: username, password: given });
  const refresh = ({ refreshToken }: Session) => anyone()('refresh', { refreshToken });
  const storedHash = async () => {
    const rows = await open().query<{ password_hash: string }>(
      'select password_hash from parley.credentials where user_id = $1',
      [session.user.id],
    );
    return rows[0]?.password_hash ?? '';
  };

  it('are the same however the keys compose their letters, and are not cut', async () => {
    const login = `${username}b`;
    const long = `${'\u00e9\u00e0'.repeat(100)}${'\u{1f6a2}'.repeat(55)}`;
    await anyone()('register', { username: login, password: `${long}1` });
    const apart = `${long.normalize('NFD')}1`;
    expect(apart.length).toBeGreaterThan(`${long}1`.length);
    for (const same of [`${long}1`, apart])
      expect((await anyone()('login', { login, password: same })).user.username).toBe(login);
    await expectCode('invalid_credentials', () => anyone()('login', { login, password: `${long}2` }));
    await expectCode('validation_failed', () => anyone()('login', { login, password: `${long}11` }));
  });

  it('that are guessed first are refused wherever one is set', async () => {
    await expectCode('password_too_common', () =>
      anyone()('register', { username: `${username}b`, password: common }),
    );
    const change = { currentPassword: password, newPassword: common };
    const mine = await me();
    await expectCode('password_too_common', () => mine('changePassword', change));
    await expectCode('password_too_common', () =>
      anyone()('resetPassword', { token: 'x'.repeat(43), newPassword: common }),
    );
    await logIn(password);
  });

  it('are stored anew at log-in when their hash was made with other parameters', async () => {
    const weak = await hash(password, { algorithm: 2, memoryCost: 8 * 1024, timeCost: 1, parallelism: 1 });
    await open().query('update parley.credentials set password_hash = $2 where user_id = $1', [
      session.user.id,
      weak,
    ]);
    await expectCode('invalid_credentials', () => logIn(newPassword));
    expect(await storedHash()).toBe(weak);
    await logIn(password);
    const renewed = await storedHash();
    expect(renewed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    await logIn(password);
    expect(await storedHash()).toBe(renewed);
  });

  it('change only for whoever knows the present one; nothing else happens otherwise', async () => {
    const before = await storedHash();
    const other = await logIn(password);
    const mine = await me();
    await expectCode('invalid_credentials', () =>
      mine('changePassword', { currentPassword: `${password}!`, newPassword }),
    );
    expect(await storedHash()).toBe(before);
    for (const each of [session, other]) expect((await refresh(each)).user.id).toBe(session.user.id);
    await expectCode('invalid_credentials', () => logIn(newPassword));
  });

  it('end all other sessions when they change, and open nothing any more', async () => {
    const other = await logIn(password);
    await (await me())('changePassword', { currentPassword: password, newPassword });
    await expectCode('refresh_invalid', () => refresh(other));
    expect((await refresh(session)).user.id).toBe(session.user.id);
    await expectCode('invalid_credentials', () => logIn(password));
    expect((await logIn(newPassword)).user.id).toBe(session.user.id);
  });

  if (engine === 'postgres')
    it('let nobody in with one that was changed while it was checked', async () => {
      const change = await open().connect();
      await change.query('begin');
      await change.query(`update parley.credentials set password_hash = 'another' where user_id = $1`, [
        session.user.id,
      ]);
      const late = expectCode('invalid_credentials', () => logIn(password));
      await vi.waitFor(async () => {
        const waiting = await change.query('select 1 from pg_locks where not granted');
        expect(waiting.rowCount).toBe(1);
      });
      await change.query('commit');
      await late;
      const rows = await open().query('select 1 from parley.sessions where user_id = $1', [session.user.id]);
      expect(rows).toHaveLength(1);
    });

  describe('that were forgotten', () => {
    let requests: ResetRequests;
    let mailed: { email: string; token: string }[];
    let errors: unknown[];

    beforeEach(() => {
      mailed = [];
      errors = [];
      requests = createResetRequests({
        database: open().database,
        tenantId: defaultTenantId,
        queue: new BoundedQueue({ concurrency: 2, queueLimit: 2 }),
        clock: systemClock,
        deliver: async (mail) => void mailed.push(mail),
        onNoWay: () => {},
        onError: (error) => void errors.push(error),
      });
    });

    /** Asks for a link and waits for what follows. */
    const ask = async (email = `${username}@example.org`): Promise<string | undefined> => {
      const before = mailed.length;
      requests.request(email);
      await open().query('select 1');
      await requests.idle();
      expect(errors).toEqual([]);
      return mailed.length > before ? mailed.at(-1)?.token : undefined;
    };
    const reset = (token = '') => anyone()('resetPassword', { token, newPassword });
    const age = (minutes: number) =>
      open().query(
        `update parley.password_resets set created_at = created_at - interval '${minutes} minutes'`,
      );

    it('are set anew once with the mailed token, which ends all sessions', async () => {
      const token = await ask();
      expect(mailed).toEqual([{ email: `${username}@example.org`, token }]);
      expect(await reset(token)).toBeNull();
      await expectCode('refresh_invalid', () => refresh(session));
      await expectCode('invalid_credentials', () => logIn(password));
      expect((await logIn(newPassword)).user.id).toBe(session.user.id);
      await expectCode('reset_invalid', () => reset(token));
    });

    it('are set by one of two who use the token at once', async () => {
      const token = await ask();
      const both = await Promise.allSettled([reset(token), reset(token)]);
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { code: 'reset_invalid' },
      });
    });

    it('are set with the newest token only, and mailed once a minute', async () => {
      const first = await ask();
      expect(await ask()).toBeUndefined();
      await age(2);
      const second = await ask();
      await expectCode('reset_invalid', () => reset(first));
      expect(await reset(second)).toBeNull();
    });

    it('are not set with a token of an hour ago, a random one, or one of an address given up', async () => {
      await expectCode('reset_invalid', () => reset('x'.repeat(43)));
      const late = await ask();
      // Somebody's link that waits is no way in for who guesses.
      await expectCode('reset_invalid', () => reset('x'.repeat(43)));
      await age(61);
      await expectCode('reset_invalid', () => reset(late));
      const stale = await ask();
      await open().query('update parley.users set email = null where id = $1', [session.user.id]);
      await expectCode('reset_invalid', () => reset(stale));
      await logIn(password);
    });

    it('leave a token good that came with a password too common, and void it when the password changes', async () => {
      const token = await ask();
      await expectCode('password_too_common', () =>
        anyone()('resetPassword', { token: token ?? '', newPassword: common }),
      );
      await (await me())('changePassword', { currentPassword: password, newPassword });
      await expectCode('reset_invalid', () => reset(token));
    });

    it('of an unknown address, and of somebody without a password, bring nothing about', async () => {
      expect(await ask(`nobody-${username}@example.org`)).toBeUndefined();
      await open().query('delete from parley.credentials where user_id = $1', [session.user.id]);
      expect(await ask()).toBeUndefined();
      expect(
        await open().query('select 1 from parley.password_resets where user_id = $1', [session.user.id]),
      ).toEqual([]);
    });

    it('are stored as the hash of the token', async () => {
      const token = await ask();
      const rows = await open().query<{ text: string }>(
        'select r::text as text from parley.password_resets r where user_id = $1',
        [session.user.id],
      );
      expect(rows).toHaveLength(1);
      expect(rows[0]?.text).not.toContain(token);
      expect(rows[0]?.text).not.toContain(Buffer.from(token ?? '', 'base64url').toString('hex'));
    });
  });
});
