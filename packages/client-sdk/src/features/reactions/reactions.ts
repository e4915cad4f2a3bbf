import type { Ack, Input, Output } from '@parley/protocol/wire';
import type { Call } from '../../call.js';
import type { CallOptions } from '../../http.js';

export interface Reactions {
  /** Reacts to a message with an emoji, or the name of one of the application's own. Doing it again changes nothing. */
  readonly add: (input: Input<'addReaction'>, options?: CallOptions) => Promise<Ack>;
  /** Takes a reaction of your own back. */
  readonly remove: (input: Input<'removeReaction'>, options?: CallOptions) => Promise<Ack>;
  /** Who reacted to a message and with what, the first first. */
  readonly list: (input: Input<'listReactions'>, options?: CallOptions) => Promise<Output<'listReactions'>>;
}

export function createReactions(call: Call): Reactions {
  return {
    add: (input, options) => call('addReaction', input, options),
    remove: (input, options) => call('removeReaction', input, options),
    list: (input, options) => call('listReactions', input, options),
  };
}
