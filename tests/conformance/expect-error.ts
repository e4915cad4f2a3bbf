import { type ErrorBody, type ErrorCode, errorTable } from '@parley/protocol/wire';
import { expect } from 'vitest';
import { errorOf } from '../support/answer.js';
import type { Reply } from './transports.js';

/** Holds a refusal against the table of errors: code, retryable, request id, details of the right form, and over REST the status. */
export function expectTypedError({ answer, response }: Reply): ErrorBody {
  const error = errorOf(answer);
  const row = errorTable[error.code];
  expect(row, `the code ${error.code} is in no table`).toBeDefined();
  expect(error).toMatchObject({ message: expect.stringMatching(/\S/), retryable: row.retryable });
  expect(error.requestId).toMatch(/\S/);
  for (const detail of error.details ?? [])
    expect(detail).toEqual({ path: expect.any(String), rule: expect.stringMatching(/\S/) });
  const known = ['code', 'message', 'retryable', 'retryAfterMs', 'requestId', 'details'];
  expect(known).toEqual(expect.arrayContaining(Object.keys(error)));
  if (response !== undefined) {
    expect(response.status).toBe(row.status);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  }
  return error;
}

export function expectCode(reply: Reply, code: ErrorCode): ErrorBody {
  const error = expectTypedError(reply);
  expect(error.code).toBe(code);
  return error;
}

/** All that a caller sees of a refusal but what names the request. */
export function fingerprint({ answer, response }: Reply): string {
  const { requestId, ...error } = errorOf(answer);
  const headers: string[] = [];
  response?.headers.forEach((value, name) => {
    // The names of requests grow: req-z is followed by req-10.
    const shown = name === 'content-length' ? Number(value) - requestId.length : value;
    if (name !== 'date') headers.push(`${name}: ${shown}`);
  });
  return JSON.stringify({ error, status: response?.status, headers });
}
