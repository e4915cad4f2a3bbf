import { isErrorCode, ParleyError } from '@parley/protocol/wire';
import { isRecord } from '../lib/json.js';
import type { Operation, OutboxDelivery } from './operation.js';
import { OutboxError } from './outbox-error.js';

/** Raised when an older client could not read what this one writes. It leaves such records where they are. */
const version = 1;

/** An operation as plain data. */
export function toRecord(operation: Operation): object {
  const { delivery, saved, isHeard, hasLeft, tries, ...rest } = operation;
  const { status } = delivery;
  if (status === 'blocked') return { ...rest, version, by: delivery.by };
  if (status !== 'failed') return { ...rest, version };
  const { code, message } = delivery.error;
  return { ...rest, version, error: { code, message } };
}

/** The operation of a record; 'newer' where a newer client wrote it, undefined where it is damaged. */
export function fromRecord(record: unknown): Operation | 'newer' | undefined {
  if (!isRecord(record) || typeof record['version'] !== 'number') return undefined;
  if (record['version'] > version) return 'newer';
  const { id, operation, lane, input, number, enqueuedAt } = record;
  const isWhole =
    [id, operation, lane].every((text) => typeof text === 'string') &&
    [number, enqueuedAt].every((value) => typeof value === 'number') &&
    isRecord(input);
  if (!isWhole) return undefined;
  const { by, error, version: _, ...rest } = record;
  // Written by `toRecord`, and its parts that decide were looked at above.
  const stored = rest as unknown as Operation;
  return {
    ...stored,
    delivery: deliveryOf(by, error),
    saved: true,
    isHeard: false,
    hasLeft: stored.mayHaveLeft,
    tries: 0,
  };
}

function deliveryOf(by: unknown, error: unknown): OutboxDelivery {
  if (typeof by === 'string') return { status: 'blocked', by };
  return isRecord(error) ? { status: 'failed', error: toError(error) } : { status: 'queued' };
}

function toError({ code, message }: Record<string, unknown>): Error {
  if (code === 'expired') return new OutboxError(code);
  return typeof code === 'string' && isErrorCode(code)
    ? new ParleyError(code, { message: String(message) })
    : new Error(String(message));
}
