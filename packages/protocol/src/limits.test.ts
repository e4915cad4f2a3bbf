import { expect, it } from 'vitest';
import { limits } from './limits.js';

/** More than ids, field names and quotes of any operation or frame take. */
const envelopeBytes = 1024;

it('every limit is a whole number above zero', () => {
  for (const limit of Object.values(limits)) expect(Number.isInteger(limit) && limit > 0).toBe(true);
});

it('a message of the largest content and metadata fits an operation', () => {
  expect(limits.contentBytes + limits.metadataBytes + envelopeBytes).toBeLessThanOrEqual(
    limits.operationBytes,
  );
});

it('content of the most code points fits its bytes, whatever the script', () => {
  expect(limits.contentCodePoints * 4).toBeLessThanOrEqual(limits.contentBytes);
});

it('an operation fits a frame, and what fits a frame fits REST', () => {
  expect(limits.operationBytes + envelopeBytes).toBeLessThanOrEqual(limits.frameBytes);
  expect(limits.frameBytes).toBeLessThanOrEqual(limits.bodyBytes);
});

it('a list of the most ids fits a frame', () => {
  const ids = Array.from({ length: limits.idsPerRequest }, () => '0193abcd-0000-7000-8000-000000000000');
  expect(JSON.stringify({ memberIds: ids }).length + envelopeBytes).toBeLessThanOrEqual(limits.frameBytes);
});

it('a stranger gets less room than somebody known', () => {
  expect(limits.helloBytes).toBeLessThan(limits.frameBytes);
});

it('custom metadata stays within the depth of any JSON, the operation around it included', () => {
  expect(limits.metadataDepth + 4).toBeLessThanOrEqual(limits.jsonDepth);
});
