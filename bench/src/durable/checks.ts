import type { ConversationLedger, Ledger, MemberLedger } from '../generator/messages.js';
import type { StoredRows } from './subject.js';

export interface Outcome {
  readonly ledger: Ledger;
  readonly rows: readonly StoredRows[];
  readonly hasSeqs: boolean;
}

/**
 * What is wrong with a run, in words; empty when all of it holds: every message was acknowledged once, reached every member once, is stored
 * once; all members of a conversation saw one order; and where the subject numbers messages, seqs go on from where the conversation stood
 * without a hole, at every member and in the database.
 */
export function findFaults({ ledger, rows, hasSeqs }: Outcome): string[] {
  const faults = ledger.errors.map((text) => `error: ${text}`);
  if (ledger.errorCount > ledger.errors.length) faults.push(`${ledger.errorCount} errors in all`);
  for (const [index, conversation] of ledger.conversations.entries()) {
    const members = ledger.members.filter((member) => member.conversation === index);
    const found = [
      ...findConversationFaults(conversation, members, rows[index]),
      ...(hasSeqs ? findSeqFaults(members, rows[index]) : []),
    ];
    faults.push(...found.map((fault) => `conversation ${index}: ${fault}`));
  }
  return faults;
}

function findConversationFaults(
  { sent, acks, ackSum }: ConversationLedger,
  members: readonly MemberLedger[],
  rows: StoredRows | undefined,
): string[] {
  const faults: string[] = [];
  if (acks !== sent) faults.push(`${sent} sent, ${acks} acknowledged`);
  if (rows?.count !== acks) faults.push(`${acks} acknowledged, ${rows?.count} stored`);
  if (rows?.ids !== rows?.count) faults.push(`${rows?.count} stored, ${rows?.ids} of them different`);
  for (const { deliveries, deliverySum } of members) {
    if (deliveries !== acks) faults.push(`${acks} acknowledged, a member got ${deliveries}`);
    else if (deliverySum !== ackSum) faults.push('a member got other messages than were acknowledged');
  }
  if (new Set(members.map(({ orderHash }) => orderHash)).size > 1)
    faults.push('members saw different orders');
  return faults;
}

function findSeqFaults(members: readonly MemberLedger[], rows: StoredRows | undefined): string[] {
  const faults: string[] = [];
  for (const { deliveries, baseSeq, lastSeq, misplaced } of members) {
    if (baseSeq === -1) faults.push('a member was never told where the conversation stands');
    if (misplaced > 0) faults.push(`a member got ${misplaced} messages out of place`);
    if (lastSeq !== baseSeq + deliveries)
      faults.push(`a member got ${deliveries} messages after seq ${baseSeq}, the last with seq ${lastSeq}`);
    if (rows === undefined || rows.count === 0) continue;
    if (rows.firstSeq !== baseSeq + 1)
      faults.push(`a member began after seq ${baseSeq}, rows at ${rows.firstSeq}`);
    if (rows.lastSeq !== lastSeq) faults.push(`a member ended at seq ${lastSeq}, rows at ${rows.lastSeq}`);
  }
  return faults;
}
