import { describe, expect, it } from 'vitest';
import { type ErrorCode, type ErrorRow, errorTable, isErrorCode, ParleyError } from './errors.js';

const rows = Object.entries(errorTable) as [ErrorCode, ErrorRow][];

describe('the table of errors', () => {
  it.each(rows)('%s has a name, a status and a sentence', (code, { status, message }) => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect([400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503]).toContain(status);
    expect(message).toMatch(/^[A-Z].*\.$/);
  });

  it.each(rows.filter(([, { status }]) => status === 429 || status >= 500))(
    '%s may be tried again: it says nothing about the input',
    (_code, { retryable }) => {
      expect(retryable).toBe(true);
    },
  );

  it('calls nothing else worth another try but a mute, which ends', () => {
    const others = rows.filter(([, { status, retryable }]) => retryable && status !== 429 && status < 500);
    expect(others.map(([code]) => code)).toEqual(['muted']);
  });

  it('has no two rows with the same sentence', () => {
    expect(new Set(rows.map(([, { message }]) => message)).size).toBe(rows.length);
  });
});

describe('isErrorCode', () => {
  it('knows the table and nothing an object inherits', () => {
    expect(isErrorCode('not_found')).toBe(true);
    expect(isErrorCode('toString')).toBe(false);
    expect(isErrorCode('of_a_newer_server')).toBe(false);
  });
});

describe('ParleyError', () => {
  it('carries the row of its code', () => {
    const error = new ParleyError('rate_limited', { retryAfterMs: 50, cause: 'why' });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'ParleyError',
      code: 'rate_limited',
      status: 429,
      retryable: true,
      retryAfterMs: 50,
      message: errorTable.rate_limited.message,
      cause: 'why',
    });
  });

  it('answers the body without what is not there, and never with its cause', () => {
    expect(new ParleyError('not_found', { cause: new Error('secret') }).toBody('r1')).toEqual({
      code: 'not_found',
      message: errorTable.not_found.message,
      retryable: false,
      requestId: 'r1',
    });
    const details = [{ path: 'memberIds.3', rule: 'not a UUID' }];
    const body = new ParleyError('validation_failed', { details, retryAfterMs: 0 }).toBody('r2');
    expect(body).toMatchObject({ details, retryAfterMs: 0 });
  });
});
