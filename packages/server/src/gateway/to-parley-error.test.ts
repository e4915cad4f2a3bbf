import { ParleyError } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { createToParleyError } from './to-parley-error.js';

function createHarness() {
  const unforeseen: unknown[] = [];
  return { unforeseen, toParleyError: createToParleyError((error) => unforeseen.push(error)) };
}

describe('toParleyError', () => {
  it('passes errors of the table on, and tells of the cause of an internal one', () => {
    const { unforeseen, toParleyError } = createHarness();
    const refusal = new ParleyError('muted');
    expect(toParleyError(refusal)).toBe(refusal);
    expect(unforeseen).toEqual([]);
    const cause = new Error('why');
    toParleyError(new ParleyError('internal', { cause }));
    expect(unforeseen).toEqual([cause]);
  });

  it.each([
    Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('read only'), { code: '25006' }),
    Object.assign(new Error('class 08'), { code: '08006' }),
    new Error('Connection terminated unexpectedly'),
    new AggregateError([Object.assign(new Error('v6'), { code: 'ECONNREFUSED' })], 'all addresses'),
  ])('answers unavailable, with a time to come back, when the database is away: %s', (error) => {
    const { unforeseen, toParleyError } = createHarness();
    expect(toParleyError(error)).toMatchObject({ code: 'unavailable', retryAfterMs: 1000 });
    expect(unforeseen).toEqual([]);
  });

  it.each([
    ['FST_ERR_CTP_BODY_TOO_LARGE', 413, 'payload_too_large'],
    ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 415, 'unsupported_media_type'],
    ['FST_ERR_SOMETHING_ELSE', 400, 'validation_failed'],
  ])('gives the refusal %s of Fastify a code of ours', (code, statusCode, expected) => {
    const { toParleyError } = createHarness();
    expect(toParleyError(Object.assign(new Error('no'), { code, statusCode })).code).toBe(expected);
  });

  it.each([
    new TypeError('x is not a function'),
    'a string',
    undefined,
    Object.assign(new Error('no'), { code: '23505' }),
  ])('answers internal for what nobody foresaw and tells of it: %s', (error) => {
    const { unforeseen, toParleyError } = createHarness();
    const answer = toParleyError(error);
    expect(answer.code).toBe('internal');
    expect(JSON.stringify(answer.toBody('r'))).not.toContain('not a function');
    expect(unforeseen).toEqual([error]);
  });
});
