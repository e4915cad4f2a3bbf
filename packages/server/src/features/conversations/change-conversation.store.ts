import type { Conversation, ConversationId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Tx } from '../../db/database.js';
import { type HeadState, headStates } from '../../eventlog/append.js';

/** Changes the texts that are given and leaves those that are undefined. Moves the rev in any case. */
export async function updateConversationRow(
  tx: Tx,
  change: {
    readonly conversationId: ConversationId;
    readonly seq: number;
    readonly name?: string | null | undefined;
    readonly description?: string | null | undefined;
    readonly avatarUrl?: string | null | undefined;
    readonly metadata?: Conversation['metadata'] | undefined;
  },
): Promise<void> {
  const { name, description, avatarUrl, metadata } = change;
  await sql`
    update parley.conversations set rev = ${change.seq},
      name = ${name === undefined ? sql`name` : name},
      description = ${description === undefined ? sql`description` : description},
      avatar_url = ${avatarUrl === undefined ? sql`avatar_url` : avatarUrl},
      metadata = ${metadata === undefined ? sql`metadata` : sql`${metadata === null ? null : JSON.stringify(metadata)}::jsonb`}
    where id = ${change.conversationId}`.execute(tx);
}

/**
 * Changes what the lock must see. With history from joining on, `hidden_below` is where the latest member came in; a conversation everybody has left gets 1, which
 * says the same and hides nothing.
 */
export async function updateHeadSettings(
  tx: Tx,
  change: {
    readonly conversationId: ConversationId;
    readonly history: Conversation['settings']['history'] | undefined;
    readonly roleRights: readonly number[] | undefined;
  },
): Promise<void> {
  const { conversationId, history, roleRights } = change;
  const latestJoin = sql`coalesce((
    select greatest(1, max(m.joined_seq)) from parley.members m where m.conversation_id = ${conversationId} and m.status = 1), 1)`;
  const hiddenBelow =
    history === undefined ? sql`hidden_below` : history === 'since_join' ? latestJoin : sql`0`;
  await sql`
    update parley.conversation_heads set hidden_below = ${hiddenBelow},
      role_rights = ${roleRights === undefined ? sql`role_rights` : sql`${sql.val([...roleRights])}::int[]`}
    where conversation_id = ${conversationId}`.execute(tx);
}

export async function updateState(tx: Tx, conversationId: ConversationId, state: HeadState): Promise<void> {
  await sql`
    update parley.conversation_heads set state = ${headStates.indexOf(state)}
    where conversation_id = ${conversationId}`.execute(tx);
}
