import type { ConversationId, ConversationSummary, Input, Output } from '@parley/protocol/wire';
import type { Call } from '../../call.js';
import type { CallOptions } from '../../http.js';

export interface Conversations {
  /** Makes a group, or finds or makes the one direct conversation with somebody. A group's `id` is made when absent. */
  readonly create: (
    input: Input<'createConversation'>,
    options?: CallOptions,
  ) => Promise<ConversationSummary>;
  /** Your conversations, the latest activity first. */
  readonly list: (
    input?: Input<'listConversations'>,
    options?: CallOptions,
  ) => Promise<Output<'listConversations'>>;
  readonly get: (input: Input<'getConversation'>, options?: CallOptions) => Promise<ConversationSummary>;
  /** Changes what is given; null takes a text away. */
  readonly update: (
    input: Input<'updateConversation'>,
    options?: CallOptions,
  ) => Promise<Output<'updateConversation'>>;
  /** Ends writing in a conversation you own; reading and leaving go on. */
  readonly archive: (
    input: Input<'archiveConversation'>,
    options?: CallOptions,
  ) => Promise<Output<'archiveConversation'>>;
  /** Lets people write again. */
  readonly unarchive: (
    input: Input<'unarchiveConversation'>,
    options?: CallOptions,
  ) => Promise<Output<'unarchiveConversation'>>;
  /** Deletes a conversation you own, for everybody and for good. */
  readonly delete: (
    input: Input<'deleteConversation'>,
    options?: CallOptions,
  ) => Promise<Output<'deleteConversation'>>;
  /**
   * Tells which conversations are on the screen, in the place of those told before: their events come as they happen, also when a lot happens. Of other
   * conversations that holds only while little does; where a lot happens, `conversation.changed` tells how far they went, and their events come once they are
   * opened. The server takes the first 500. Stays over interruptions.
   */
  readonly setOpen: (conversationIds: readonly string[]) => void;
}

/** @param setOpen  keeps the conversations and tells the server */
export function createConversations(
  call: Call,
  newId: () => string,
  setOpen: (conversationIds: readonly ConversationId[]) => void,
): Conversations {
  return {
    create: (input, options) =>
      call(
        'createConversation',
        input.type === 'group' ? { ...input, id: input.id ?? newId() } : input,
        options,
      ),
    list: (input = {}, options) => call('listConversations', input, options),
    get: (input, options) => call('getConversation', input, options),
    update: (input, options) => call('updateConversation', input, options),
    archive: (input, options) => call('archiveConversation', input, options),
    unarchive: (input, options) => call('unarchiveConversation', input, options),
    delete: (input, options) => call('deleteConversation', input, options),
    // Ids are plain strings with a brand; the server passes over those that are none of ours.
    setOpen: (conversationIds) => setOpen(conversationIds as readonly ConversationId[]),
  };
}
