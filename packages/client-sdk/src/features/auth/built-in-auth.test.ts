import { describe, expect, it, vi } from 'vitest';
import { memoryStorage } from '../../platform/memory-storage.js';
import { fakePlatform, jsonResponse } from '../../testing/fake-platform.js';
import { createBuiltInAuth } from './built-in-auth.js';

const url = 'https://chat.test';
const ines = { id: 'u1', username: 'ines' };

/** A server that gives token pairs 1, 2, 3 ...; with grace the same refresh token gets the same pair. */
function setUp({ hasGrace = false } = {}) {
  const paths: string[] = [];
  let pair = 0;
  let refuse: string | undefined;
  let isCut = false;
  const fetch = vi.fn(async (address: string, { body }: RequestInit) => {
    paths.push(address.slice(`${url}/v1/auth/`.length));
    if (isCut) throw new TypeError('fetch failed');
    if (refuse !== undefined)
      return jsonResponse(401, { error: { code: refuse, message: 'x', retryable: false, requestId: 'r' } });
    if (/logout|password/.test(address)) return jsonResponse(204);
    pair = hasGrace && String(body).includes('refresh-1') ? 2 : pair + 1;
    return jsonResponse(200, {
      user: ines,
      accessToken: `access-${pair}`,
      refreshToken: `refresh-${pair}`,
      expiresIn: 600,
    });
  });
  const storage = memoryStorage();
  const platform = fakePlatform({ fetch });
  const open = () => createBuiltInAuth({ url, storage }, platform);
  return {
    open,
    platform,
    paths,
    refuse: (code: string) => {
      refuse = code;
    },
    cut: () => {
      isCut = true;
    },
  };
}

describe('built-in accounts', () => {
  it('give the same token until a minute before it ends, then the next', async () => {
    const { open, platform, paths } = setUp();
    const auth = open();
    await auth.login({ login: 'ines', password: 'x' });
    expect(await auth.getToken({})).toBe('access-1');
    await platform.advance(539_000);
    expect(await auth.getToken({})).toBe('access-1');
    await platform.advance(1_000);
    expect(await Promise.all([auth.getToken({}), auth.getToken({})])).toEqual(['access-2', 'access-2']);
    expect(paths).toEqual(['login', 'refresh']);
  });

  it('replace a token the server refuses, whatever the clock says', async () => {
    const { open } = setUp();
    const auth = open();
    await auth.login({ login: 'ines', password: 'x' });
    expect(await auth.getToken({ rejectedToken: 'access-1' })).toBe('access-2');
    expect(await auth.getToken({ rejectedToken: 'access-1' })).toBe('access-2');
  });

  it('survive a reload, and use what another tab has refreshed', async () => {
    const { open, platform, paths } = setUp();
    const first = open();
    await first.login({ login: 'ines', password: 'x' });
    const second = open();
    expect(second.session.getSnapshot()).toMatchObject({ status: 'signed-in', user: ines });
    await platform.advance(590_000);
    expect(await first.getToken({})).toBe('access-2');
    expect(await second.getToken({})).toBe('access-2');
    expect(paths).toEqual(['login', 'refresh']);
  });

  it('use one pair of tokens when two tabs without locks refresh at the same moment', async () => {
    const { open } = setUp({ hasGrace: true });
    const [first, second] = [open(), open()];
    await first.login({ login: 'ines', password: 'x' });
    const rejected = { rejectedToken: 'access-1' };
    expect(await Promise.all([first.getToken(rejected), second.getToken(rejected)])).toEqual([
      'access-2',
      'access-2',
    ]);
  });

  it('throw away what a refresh brings after somebody signed out', async () => {
    const { open } = setUp();
    const auth = open();
    await auth.login({ login: 'ines', password: 'x' });
    const late = expect(auth.getToken({ rejectedToken: 'access-1' })).rejects.toMatchObject({
      code: 'session_revoked',
    });
    await auth.logout();
    await late;
    expect(auth.session.getSnapshot()).toEqual({ status: 'signed-out' });
  });

  it('sign out everywhere in this browser at once, also when the server cannot be told', async () => {
    const { open, platform, cut } = setUp();
    const first = open();
    const second = open();
    await first.login({ login: 'ines', password: 'x' });
    platform.changeStorage(null);
    expect(second.session.getSnapshot().status).toBe('signed-in');
    cut();
    await expect(first.logout()).rejects.toMatchObject({ name: 'NetworkError' });
    platform.changeStorage(null);
    expect([first, second].map((each) => each.session.getSnapshot().status)).toEqual([
      'signed-out',
      'signed-out',
    ]);
    await expect(first.getToken({})).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('sign all devices out and with them this one, unless it is to stay', async () => {
    const { open, paths } = setUp();
    const auth = open();
    await auth.login({ login: 'ines', password: 'x' });
    await auth.logoutAll({ keepCurrent: true });
    expect(auth.session.getSnapshot().status).toBe('signed-in');
    await auth.logoutAll();
    expect(auth.session.getSnapshot()).toEqual({ status: 'signed-out' });
    expect(paths).toEqual(['login', 'logout-all', 'logout-all']);
    await expect(auth.logoutAll()).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('stay signed in, with the same token, when the present password given for a change is wrong', async () => {
    const { open, paths, refuse } = setUp();
    const auth = open();
    await auth.login({ login: 'ines', password: 'x' });
    refuse('invalid_credentials');
    const change = { currentPassword: 'y', newPassword: 'four words of nobody else' };
    await expect(auth.changePassword(change)).rejects.toMatchObject({ code: 'invalid_credentials' });
    expect(auth.session.getSnapshot().status).toBe('signed-in');
    expect(paths.filter((path) => path === 'refresh')).toEqual([]);
  });

  it('are signed out by a server that ends the session, and stay signed in through a bad line', async () => {
    const ended = setUp();
    const auth = ended.open();
    await auth.login({ login: 'ines', password: 'x' });
    ended.refuse('refresh_reused');
    await expect(auth.getToken({ rejectedToken: 'access-1' })).rejects.toMatchObject({
      code: 'refresh_reused',
    });
    expect(auth.session.getSnapshot()).toEqual({ status: 'signed-out' });

    const cutOff = setUp();
    const other = cutOff.open();
    await other.login({ login: 'ines', password: 'x' });
    cutOff.cut();
    await expect(other.getToken({ rejectedToken: 'access-1' })).rejects.toMatchObject({
      name: 'NetworkError',
    });
    expect(other.session.getSnapshot().status).toBe('signed-in');
  });
});
