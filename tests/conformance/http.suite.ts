import { type ErrorCode, limits } from '@parley/protocol/wire';
import { expect, it } from 'vitest';
import { newId } from '../support/people.js';
import { RestClient, type RestRequest, toAnswer } from '../support/rest-client.js';
import { expectCode } from './expect-error.js';
import type { World } from './world.js';

interface HttpCase {
  readonly what: string;
  readonly code: ErrorCode;
  /** @default 'POST' */
  readonly method?: string;
  /** @default the messages of the group */
  readonly path?: (world: World) => string;
  readonly request?: RestRequest;
}

const json = { 'content-type': 'application/json' };
const message = () => ({ id: newId(), content: 'words' });
const bytes = (...values: number[]) => new Uint8Array(values);
const groupPath = (rest: string) => (world: World) => `/v1/conversations/${world.group.id}${rest}`;
const cursorOf = (text: string) => Buffer.from(text).toString('base64url');

/** Requests that are wrong as HTTP, as JSON or as a path, before any operation looks at them. */
const httpCases: readonly HttpCase[] = [
  { what: 'JSON that breaks off', code: 'invalid_json', request: { raw: '{"id":' } },
  { what: 'no body', code: 'validation_failed', request: {} },
  { what: 'an empty body said to be JSON', code: 'invalid_json', request: { raw: '', headers: json } },
  { what: 'single quotes', code: 'invalid_json', request: { raw: "{'a':1}" } },
  {
    what: 'bytes that are no UTF-8',
    code: 'invalid_encoding',
    request: { raw: bytes(0x7b, 0x22, 0xff, 0x22, 0x7d), headers: json },
  },
  { what: 'a prototype in the body', code: 'invalid_json', request: { raw: '{"__proto__":{"admin":true}}' } },
  {
    what: 'a constructor in the body',
    code: 'invalid_json',
    request: { raw: '{"constructor":{"prototype":{"admin":true}}}' },
  },
  { what: 'a list', code: 'validation_failed', request: { raw: '[]' } },
  { what: 'null', code: 'validation_failed', request: { raw: 'null' } },
  { what: 'a number', code: 'validation_failed', request: { raw: '7' } },
  { what: 'deep lists', code: 'too_deep', request: { raw: '['.repeat(10_000) } },
  { what: 'deep objects', code: 'too_deep', request: { raw: `${'{"a":'.repeat(17)}1${'}'.repeat(17)}` } },
  {
    what: 'a body above the limit',
    code: 'payload_too_large',
    request: { raw: `"${'x'.repeat(limits.bodyBytes)}"` },
  },
  {
    what: 'text/plain',
    code: 'unsupported_media_type',
    request: { body: message(), headers: { 'content-type': 'text/plain' } },
  },
  {
    what: 'a form',
    code: 'unsupported_media_type',
    request: { raw: 'content=words', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  },
  {
    what: 'the conversation in the body',
    code: 'validation_failed',
    request: { body: { ...message(), conversationId: newId() } },
  },
  {
    what: 'a huge number in metadata',
    code: 'validation_failed',
    request: { raw: `{"id":"${newId()}","content":"x","metadata":{"a":1e999}}` },
  },
  {
    what: 'a route that does not exist',
    code: 'not_found',
    path: () => '/v1/nothing',
    request: { body: {} },
  },
  { what: 'another method', code: 'not_found', method: 'PATCH', request: { body: message() } },
  { what: 'a path that cannot be decoded', code: 'not_found', method: 'GET', path: () => '/v1/users/%zz' },
  {
    what: 'a path of bytes that are no UTF-8',
    code: 'not_found',
    method: 'GET',
    path: () => '/v1/users/%ff%fe',
  },
  {
    what: 'a path part beyond all ids',
    code: 'not_found',
    method: 'GET',
    path: () => `/v1/users/${'x'.repeat(2000)}`,
  },
  {
    what: 'a query key given twice',
    code: 'validation_failed',
    method: 'GET',
    path: groupPath('/messages?limit=1&limit=2'),
  },
  {
    what: 'an unknown query key',
    code: 'validation_failed',
    method: 'GET',
    path: groupPath('/messages?colour=blue'),
  },
  {
    what: 'a number in another spelling',
    code: 'validation_failed',
    method: 'GET',
    path: groupPath('/messages?limit=1e1'),
  },
  {
    what: 'a prototype in the query',
    code: 'validation_failed',
    method: 'GET',
    path: groupPath('/messages?__proto__=1'),
  },
  {
    what: 'before and after together',
    code: 'validation_failed',
    method: 'GET',
    path: groupPath('/messages?before=3&after=1'),
  },
  {
    what: 'a message cursor of words',
    code: 'invalid_cursor',
    method: 'GET',
    path: groupPath('/messages?before=soon'),
  },
  {
    what: 'a member cursor of words',
    code: 'invalid_cursor',
    method: 'GET',
    path: groupPath('/members?cursor=soon'),
  },
  {
    what: 'a list cursor of words',
    code: 'invalid_cursor',
    method: 'GET',
    path: () => '/v1/conversations?cursor=soon',
  },
  ...['0000-01-01T00:00:00.000000Z', '2026-02-30T00:00:00.000000Z', '2026-01-01T24:00:01.000000Z'].map(
    (time) => ({
      what: `a list cursor at ${time}`,
      code: 'invalid_cursor' as const,
      method: 'GET',
      path: () => `/v1/conversations?cursor=${cursorOf(`${time} ${newId()}`)}`,
    }),
  ),
  {
    what: 'an Idempotency-Key that is no UUID',
    code: 'validation_failed',
    path: groupPath('/members'),
    request: { body: { userIds: [newId()] }, headers: { 'idempotency-key': 'again' } },
  },
  {
    what: 'a token of another scheme',
    code: 'token_invalid',
    request: { body: message(), headers: { authorization: 'Basic YTpi' } },
  },
  {
    what: 'an empty token',
    code: 'token_invalid',
    request: { body: message(), headers: { authorization: 'Bearer ' } },
  },
  { what: 'the socket without an upgrade', code: 'not_found', method: 'GET', path: () => '/v1/socket' },
];

/** What the server answers to requests that reach no operation. */
export function describeHttp(world: () => World): void {
  it.each(httpCases)(
    '$what is refused as $code',
    async ({ code, method = 'POST', path = groupPath('/messages'), request }) => {
      const response = await new RestClient(world().url, world().owner.token).request(
        method,
        path(world()),
        request,
      );
      expectCode({ answer: toAnswer(response), response }, code);
    },
  );

  it('the server is none the worse for all that', async () => {
    const { url, group, message: sent } = world();
    const owner = new RestClient(url, world().owner.token);
    const page = await owner.request('GET', `/v1/conversations/${group.id}/messages`);
    expect(page.json).toMatchObject({ items: [{ id: sent.id }] });
    const ready = await owner.request('GET', '/ready');
    expect([ready.status, ready.json]).toEqual([
      200,
      expect.objectContaining({ status: 'ready', nodes: expect.stringMatching(/^(single|polling|redis)$/) }),
    ]);
  });

  it('the API document names every route', async () => {
    const response = await new RestClient(world().url).request('GET', '/v1/openapi.json');
    expect(response.json).toMatchObject({ openapi: expect.stringMatching(/^3\.1/) });
    expect(response.text).toContain('/v1/conversations/{conversationId}/messages');
  });
}
