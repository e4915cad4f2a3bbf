import { describe, expect, it } from 'vitest';
import type { ConversationLedger, Ledger, MemberLedger } from '../generator/messages.js';
import { findFaults } from './checks.js';
import type { StoredRows } from './subject.js';

const conversation: ConversationLedger = { sent: 3, acks: 3, ackSum: 77 };
const member: MemberLedger = {
  conversation: 0,
  deliveries: 3,
  deliverySum: 77,
  orderHash: 5,
  baseSeq: 1,
  lastSeq: 4,
  misplaced: 0,
};
const stored: StoredRows = { count: 3, ids: 3, firstSeq: 2, lastSeq: 4 };

interface Changes {
  readonly conversation?: Partial<ConversationLedger>;
  readonly member?: Partial<MemberLedger>;
  readonly rows?: Partial<StoredRows>;
  readonly ledger?: Partial<Ledger>;
  readonly hasSeqs?: boolean;
}

/** A good run of one conversation with two members, with one thing made wrong. */
function faultsOf(changes: Changes): string[] {
  return findFaults({
    ledger: {
      conversations: [{ ...conversation, ...changes.conversation }],
      members: [member, { ...member, ...changes.member }],
      errors: [],
      errorCount: 0,
      ...changes.ledger,
    },
    rows: [{ ...stored, ...changes.rows }],
    hasSeqs: changes.hasSeqs ?? true,
  });
}

describe('findFaults', () => {
  it('finds nothing wrong with a good run', () => {
    expect(faultsOf({})).toEqual([]);
  });

  it('asks no seqs of a subject that has none', () => {
    const none = { baseSeq: -1, lastSeq: -1 };
    expect(faultsOf({ member: none, rows: { firstSeq: -1, lastSeq: -1 }, hasSeqs: false })).toEqual([]);
  });

  it.each<[string, Changes]>([
    ['a message without an answer', { conversation: { sent: 4 } }],
    ['a message answered and not stored', { rows: { count: 2, ids: 2 } }],
    ['a message stored twice', { rows: { ids: 2 } }],
    ['a delivery too few', { member: { deliveries: 2 } }],
    ['a delivery too many', { member: { deliveries: 4 } }],
    ['one message twice instead of two', { member: { deliverySum: 78 } }],
    ['members who saw different orders', { member: { orderHash: 6 } }],
    ['a seq out of place', { member: { misplaced: 1 } }],
    ['seqs with a hole at the end', { member: { lastSeq: 5 } }],
    ['rows that go on after what was delivered', { rows: { lastSeq: 5 } }],
    ['rows that begin elsewhere', { rows: { firstSeq: 1 } }],
    ['a member without a cursor', { member: { baseSeq: -1, lastSeq: 2 } }],
    ['an error answer', { ledger: { errors: ['overloaded'], errorCount: 1 } }],
  ])('finds %s', (_, changes) => {
    expect(faultsOf(changes)).not.toEqual([]);
  });
});
