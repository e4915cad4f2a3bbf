import * as z from 'zod';
import { defineContract, query } from '../define.js';
import { conversationId, limit, seq, time, userId } from '../fields.js';
import { Member } from '../resources/member.js';
import { Message } from '../resources/message.js';
import { Mine } from '../resources/message-page.js';
import { Thread } from '../resources/thread.js';
import { Conversation } from './conversations.contract.js';
import { Users } from './users.contract.js';

/** An entry of a conversation's log with what it touched in its present state. `data` is what the contract of `kind` says. */
export const LogEvent = z.object({
  kind: z.string(),
  conversationId,
  seq,
  at: time,
  /** Who did it; null for the system. */
  actorId: userId.nullable(),
  data: z.unknown(),
});

/** What every page of changes tells of its place. */
const place = {
  /** The seq this page reaches: the next one begins here. */
  to: seq,
  /** The seq of the latest entry when the page was read. */
  head: seq,
};

/** What goes with the messages of a page, by id. */
const beside = {
  users: Users,
  /** The messages that are answered, in their present state. */
  quotes: z.record(z.string(), Message),
  /** Only the caller's own. */
  mine: Mine,
};

/** What happened, in order and without a hole. */
const LogPage = z.object({ mode: z.literal('log'), items: z.array(LogEvent), ...beside, ...place });

/**
 * What is different: every row that was last touched after the cursor and up to `to`, as it is now. A row is newer than a copy with a lower `rev`, and
 * what it went through in between is not told.
 */
const StatePage = z.object({
  mode: z.literal('state'),
  /** Null when it did not change. */
  conversation: Conversation.nullable(),
  messages: z.array(Message),
  /** Who is in it. Conversations with more than a thousand members tell their number only. */
  members: z.array(Member),
  /** Who is no longer in it. */
  gone: z.array(z.object({ userId, rev: seq })),
  memberCount: z.int(),
  threads: z.array(Thread),
  ...beside,
  ...place,
});

/** The cursor lies in no history the server has: above the head, or below what retention kept. Drop what you hold of the conversation and read it anew. */
const ResetPage = z.object({ mode: z.literal('reset'), head: seq });

export const ChangesPage = z.discriminatedUnion('mode', [LogPage, StatePage, ResetPage]);
export type ChangesPage = z.output<typeof ChangesPage>;
export type StatePage = z.output<typeof StatePage>;

/** An entry of one's own log with what it touched in its present state. `data` is what the contract of `kind` says. */
const OwnLogEvent = z.object({ kind: z.string(), seq, at: time, data: z.unknown() });

/** What somebody changed about themselves, in order and without a hole; or that the cursor lies in no history the server has. */
export const OwnChangesPage = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('log'), items: z.array(OwnLogEvent), ...place }),
  ResetPage,
]);
export type OwnChangesPage = z.output<typeof OwnChangesPage>;

/** What the server gave and gets back as it was. */
function opaque(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .regex(/^[!-~]+$/, 'nothing a server gives');
}

export const syncContract = defineContract('sync', {
  operations: {
    listChanges: query({
      rest: 'GET /v1/conversations/:conversationId/changes',
      summary:
        'What changed in a conversation after a seq: a short gap as the log, in order and without a hole, a long one as the rows that are different now. Ask again from `to` while `to` is below `head`; pages of both modes may be mixed. With `mode` you choose; the log is answered as far back as it is kept.',
      input: z.strictObject({
        conversationId,
        since: seq,
        limit: limit.optional(),
        mode: z.enum(['log', 'state']).optional(),
      }),
      output: ChangesPage,
      errors: ['not_found'],
    }),
    listOwnChanges: query({
      rest: 'GET /v1/users/me/changes',
      summary:
        'What you changed about yourself on any of your devices after a seq, in order and without a hole. Ask again from `to` while `to` is below `head`. `reset`: the seq lies in no history the server has; read what you hold of yourself anew and go on from `head`.',
      input: z.strictObject({ since: seq, limit: limit.optional() }),
      output: OwnChangesPage,
    }),
    sync: query({
      rest: 'POST /v1/sync',
      summary:
        'What a socket tells at its start, as one request: which of your conversations moved since, and the first page of changes of those you have open. With `waitMs` and nothing to tell the answer waits until something happens to you. A session waits once: a newer request ends an older one.',
      input: z.strictObject({
        epoch: opaque(64).optional(),
        since: opaque(200).optional(),
        open: z
          .array(z.strictObject({ conversationId, seq }))
          .max(50)
          .refine(
            (open) => new Set(open.map((each) => each.conversationId)).size === open.length,
            'a conversation is repeated',
          )
          .optional(),
        waitMs: z.int().min(0).max(25_000).optional(),
      }),
      output: z.object({
        epoch: z.string(),
        /** Opaque; for the next request. */
        since: z.string(),
        /** The history is another than that of the epoch given: what is held of any conversation is void. */
        isReset: z.boolean(),
        /** How far conversations go that moved; all of them without a usable `since`. */
        heads: z.array(z.tuple([conversationId, seq])),
        /** One is no longer a member of these. */
        gone: z.array(conversationId),
        /** The seq of the latest entry of one's own log; 0 before the first. See `listOwnChanges`. */
        userSeq: seq,
        /** By conversation, of those open that moved beyond the seq given. */
        changes: z.record(z.string(), ChangesPage),
      }),
    }),
  },
  events: {},
});
