import { ParleyError } from '@parley/protocol/wire';
import { describe, expect, it, vi } from 'vitest';
import type { GetToken } from './connection/get-token.js';
import { createHttpCall } from './http.js';
import { NetworkError } from './lib/network-error.js';
import type { Platform } from './platform/platform.js';
import { fakePlatform, jsonResponse } from './testing/fake-platform.js';

const conversationId = '0190c7a0-0000-7000-8000-000000000001';
const error = (code: string, extra: object = {}) => ({
  error: { code, message: 'x', retryable: false, requestId: 'r', ...extra },
});

function setUp(fetch: Platform['fetch'], getToken: GetToken = () => 'token') {
  const platform = fakePlatform({ fetch: vi.fn(fetch) });
  return {
    platform,
    fetch: vi.mocked(platform.fetch),
    call: createHttpCall({ url: 'https://chat.test', getToken, platform }),
  };
}

describe('a call over HTTP', () => {
  it('puts fields into the path, the query string and the body as the contract says', async () => {
    const { call, fetch } = setUp(async () => jsonResponse(200, {}));
    await call('listMessages', { conversationId, limit: 5, before: 'a&b' });
    await call('sendMessage', { conversationId, id: conversationId, content: 'hello' });
    await call('removeMember', { conversationId, userId: 'x/y' }, { opId: 'op' });
    const sent = fetch.mock.calls.map(([url, { method, headers, body }]) => ({ url, method, headers, body }));
    const base = `https://chat.test/v1/conversations/${conversationId}`;
    const authorization = 'Bearer token';
    expect(sent).toEqual([
      {
        url: `${base}/messages?limit=5&before=a%26b`,
        method: 'GET',
        headers: { authorization },
        body: undefined,
      },
      {
        url: `${base}/messages`,
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ id: conversationId, content: 'hello' }),
      },
      {
        url: `${base}/members/x%2Fy`,
        method: 'DELETE',
        headers: { authorization, 'idempotency-key': 'op' },
        body: undefined,
      },
    ]);
  });

  it("throws the server's error with its code, wait and details", async () => {
    const details = [{ path: 'content', rule: 'empty' }];
    const { call } = setUp(async () =>
      jsonResponse(400, error('validation_failed', { retryAfterMs: 5, details })),
    );
    const thrown = await call('getMe', {}).catch((reason: unknown) => reason);
    expect(thrown).toBeInstanceOf(ParleyError);
    expect(thrown).toMatchObject({ code: 'validation_failed', retryAfterMs: 5, details, requestId: 'r' });
  });

  it('gets another token once when one is refused', async () => {
    const getToken = vi.fn<GetToken>(({ rejectedToken }) => (rejectedToken === undefined ? 'old' : 'new'));
    const { call, fetch } = setUp(async () => jsonResponse(401, error('token_expired')), getToken);
    await expect(call('getMe', {})).rejects.toMatchObject({ code: 'token_expired' });
    expect(fetch).toHaveBeenCalledTimes(2);
    expect(getToken.mock.calls).toEqual([[{}], [{ rejectedToken: 'old' }]]);
  });

  it('asks for no token where none is needed', async () => {
    const getToken = vi.fn<GetToken>(() => 'token');
    const { call } = setUp(async () => jsonResponse(401, error('invalid_credentials')), getToken);
    await expect(call('login', { login: 'ines', password: 'x' })).rejects.toMatchObject({
      code: 'invalid_credentials',
    });
    expect(getToken).not.toHaveBeenCalled();
  });

  it('is a network error when the line is cut, or when a gateway answers in its place', async () => {
    const cut = setUp(() => Promise.reject(new TypeError('fetch failed')));
    await expect(cut.call('getMe', {})).rejects.toBeInstanceOf(NetworkError);
    const gateway = setUp(async () => new Response('<h1>Bad gateway</h1>', { status: 502 }));
    await expect(gateway.call('getMe', {})).rejects.toBeInstanceOf(NetworkError);
  });

  it('is a network error after thirty seconds without an answer', async () => {
    const { call, platform } = setUp(
      (_, { signal }) =>
        new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    );
    const failed = expect(call('getMe', {})).rejects.toBeInstanceOf(NetworkError);
    await platform.advance(30_000);
    await failed;
  });

  it("throws the caller's reason when it gave up", async () => {
    const { call } = setUp((_, { signal }) => Promise.reject(signal?.reason));
    await expect(
      call('getMe', {}, { signal: AbortSignal.abort(new Error('left the page')) }),
    ).rejects.toThrow('left the page');
  });
});
