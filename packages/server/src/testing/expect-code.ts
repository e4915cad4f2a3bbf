import { type ErrorCode, ParleyError } from '@parley/protocol';
import { expect } from 'vitest';

/** Expects work to fail with an error of the table, and returns it. */
export async function expectCode(code: ErrorCode, work: () => unknown): Promise<ParleyError> {
  let caught: unknown;
  try {
    await work();
  } catch (error) {
    caught = error;
  }
  if (!(caught instanceof ParleyError))
    throw new Error(`expected ${code}, got ${String(caught)}`, { cause: caught });
  expect(caught.code).toBe(code);
  return caught;
}
