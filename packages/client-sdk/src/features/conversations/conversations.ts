import type { ConversationSummary, Input, Output } from '@parley/protocol/wire';
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
}

export function createConversations(call: Call, newId: () => string): Conversations {
  return {
    create: (input, options) =>
      call(
        'createConversation',
        input.type === 'group' ? { ...input, id: input.id ?? newId() } : input,
        options,
      ),
    list: (input = {}, options) => call('listConversations', input, options),
    get: (input, options) => call('getConversation', input, options),
  };
}
