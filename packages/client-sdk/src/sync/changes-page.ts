import type { ChangesPage as AnyPage, ChatEvent, ConversationId } from '@parley/protocol/wire';

/** The rows of a conversation that changed while this client was away, as they are now; see `StatePage` in the contract. */
export type StateChanges = Extract<AnyPage, { mode: 'state' }>;

/** What changed after a cursor: what happened, in order; what is different; or that there is no way from the cursor on. */
export type ChangesPage =
  | {
      readonly mode: 'log';
      readonly events: readonly ChatEvent[];
      /** The seq this page reaches. */
      readonly to: number;
      /** The seq of the latest entry when the page was read. */
      readonly head: number;
    }
  | StateChanges
  | { readonly mode: 'reset'; readonly head: number };

/** Reads changes after a seq, in the mode the server chooses or in one's own; undefined where one is not a member any more. */
export type ReadChanges = (
  conversationId: ConversationId,
  since: number,
  mode?: 'state',
) => Promise<ChangesPage | undefined>;
