import type { Ack, Input, Message, Output } from '@parley/protocol/wire';
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
  /** A page of history, oldest first: the latest, or those `before`, `after` or `around` a message. */
  readonly list: (input: Input<'listMessages'>, options?: CallOptions) => Promise<Output<'listMessages'>>;
  readonly get: (input: Input<'getMessage'>, options?: CallOptions) => Promise<Message>;
  /**
   * Gives a message of your own other words.
   *
   * @throws {ParleyError} `message_too_long`, `invalid_text`, `not_found`, `forbidden`, ...
   */
  readonly edit: (input: Input<'editMessage'>, options?: CallOptions) => Promise<Ack>;
  /** Deletes a message for everyone; its place stays, empty. */
  readonly delete: (input: Input<'deleteMessage'>, options?: CallOptions) => Promise<Ack>;
  /** What a message said before it was edited, oldest first. */
  readonly versions: (input: Input<'listVersions'>, options?: CallOptions) => Promise<Output<'listVersions'>>;
}

export function createMessages(call: Call, newId: () => string): Messages {
  return {
    send: async (message, options) => {
      checkMessage(message);
      return call('sendMessage', { ...message, id: message.id ?? newId() }, options);
    },
    list: (input, options) => call('listMessages', input, options),
    get: (input, options) => call('getMessage', input, options),
    edit: async (input, options) => {
      checkMessage(input);
      return call('editMessage', input, options);
    },
    delete: (input, options) => call('deleteMessage', input, options),
    versions: (input, options) => call('listVersions', input, options),
  };
}
