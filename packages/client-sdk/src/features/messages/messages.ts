import type { Ack, Input, Output } from '@parley/protocol/wire';
import type { Call } from '../../call.js';
import type { CallOptions } from '../../http.js';
import { checkMessage } from './check-message.js';

/** A message to send. `id` is made when absent; give one to be able to send the very same message again after a reload. */
export type NewMessage = Omit<Input<'sendMessage'>, 'id'> & { readonly id?: string };

export interface Messages {
  /**
   * Sends a message. Resolves when the server has stored it, however long that takes, and once for the same id.
   *
   * @throws {ParleyError} `message_too_long`, `invalid_text`, `not_found`, `forbidden`, ...
   */
  readonly send: (message: NewMessage, options?: Pick<CallOptions, 'signal'>) => Promise<Ack>;
  /** A page of history, oldest first: the latest, or those `before`, `after` or `around` a message, or around a moment. */
  readonly list: (input: Input<'listMessages'>, options?: CallOptions) => Promise<Output<'listMessages'>>;
  /** Sends up to 100 messages in their order, each with a verdict of its own. Give `id`s to be able to send the very same ones again. */
  readonly sendMany: (
    conversationId: string,
    messages: readonly Omit<NewMessage, 'conversationId'>[],
    options?: Pick<CallOptions, 'signal'>,
  ) => Promise<Output<'sendMessages'>>;
  /** One message, with what goes beside it. */
  readonly get: (input: Input<'getMessage'>, options?: CallOptions) => Promise<Output<'getMessage'>>;
  /**
   * Gives a message of your own other words.
   *
   * @throws {ParleyError} `message_too_long`, `invalid_text`, `not_found`, `forbidden`, ...
   */
  readonly edit: (input: Input<'editMessage'>, options?: CallOptions) => Promise<Ack>;
  /** Deletes a message for everyone; its place stays, empty. */
  readonly delete: (input: Input<'deleteMessage'>, options?: CallOptions) => Promise<Ack>;
  /** Brings back what a deleted message said, within 30 days. */
  readonly restore: (input: Input<'restoreMessage'>, options?: CallOptions) => Promise<Ack>;
  /** What a message said before it was edited, oldest first. */
  readonly versions: (input: Input<'listVersions'>, options?: CallOptions) => Promise<Output<'listVersions'>>;
}

export function createMessages(call: Call, newId: () => string): Messages {
  return {
    send: async (message, options) => {
      checkMessage(message);
      return call('sendMessage', { ...message, id: message.id ?? newId() }, options);
    },
    sendMany: async (conversationId, messages, options) => {
      for (const message of messages) checkMessage(message);
      const withIds = messages.map((message) => ({ ...message, id: message.id ?? newId() }));
      return call('sendMessages', { conversationId, messages: withIds }, options);
    },
    list: (input, options) => call('listMessages', input, options),
    get: (input, options) => call('getMessage', input, options),
    edit: async (input, options) => {
      checkMessage(input);
      return call('editMessage', input, options);
    },
    delete: (input, options) => call('deleteMessage', input, options),
    restore: (input, options) => call('restoreMessage', input, options),
    versions: (input, options) => call('listVersions', input, options),
  };
}
