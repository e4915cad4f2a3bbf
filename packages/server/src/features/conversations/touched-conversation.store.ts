import type { Conversation } from '@parley/protocol';
import type { ListState } from '../../kernel/state-source.js';
import { findConversation } from './conversations.store.js';

/** The conversation itself, when it changed after a seq. */
export const listTouchedConversation: ListState<Conversation> = async (db, conversationId, { after }) => {
  const conversation = await findConversation(db, conversationId);
  return conversation !== undefined && conversation.rev > after ? [conversation] : [];
};
