import { sql } from 'kysely';
import type { ListState, MemberState } from '../../kernel/state-source.js';
import { type MemberRow, memberColumns, toMember } from './members.store.js';

/** Larger conversations tell the number of their members only: nobody shows the list of a crowd that was away for a while. */
const mostMembersTold = 1000;

/**
 * Who came, went or changed after a seq. No index covers `rev`: up to the limit on members the rows of a conversation are read through its key, and above
 * it none are.
 */
export const listTouchedMembers: ListState<MemberState> = async (db, conversationId, { after, limit }) => {
  const { rows } = await sql<MemberRow & { readonly status: number }>`
    select ${memberColumns}, m.status from parley.members m
    where m.conversation_id = ${conversationId} and m.rev > ${after}
      and (select c.member_count <= ${mostMembersTold} from parley.conversations c where c.id = ${conversationId})
    order by m.rev fetch first ${limit} rows with ties`.execute(db);
  return rows.map((row) => ({
    userId: row.user_id,
    rev: row.rev,
    member: row.status === 1 ? toMember(row) : null,
  }));
};
