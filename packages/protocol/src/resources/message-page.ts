import * as z from 'zod';
import { Users } from '../features/users.contract.js';
import { seq } from '../fields.js';
import { Message } from './message.js';
import { Thread } from './thread.js';

/** How far the caller has come in a thread. */
export const OwnThread = z.object({
  /** They wrote the message under which it stands, or a reply, or asked to; and did not ask to stop since. */
  isFollowed: z.boolean(),
  /** They have read what stands in it at or below this seq. */
  readSeq: seq,
  /** Replies above that, deleted ones left out; 0 in a thread they do not follow. */
  unreadCount: z.int(),
});
export type OwnThread = z.output<typeof OwnThread>;

/** What only the caller gets: everything else of a page is the same for all. */
export const Mine = z.object({
  /** The caller's own reactions, by message id; messages without one are left out. */
  reactions: z.record(z.string(), z.array(z.string())),
  /** Of the threads beside the page, by the id of their root. */
  threads: z.record(z.string(), OwnThread),
});
export type Mine = z.output<typeof Mine>;

/** What goes with messages, by id: who wrote them, their threads, what they answer, and what is the caller's own. */
export const besideMessages = {
  users: Users,
  /** Of the messages that have replies. */
  threads: z.record(z.string(), Thread),
  /** The messages that are answered, in their present state. */
  quotes: z.record(z.string(), Message),
  mine: Mine,
};
export const BesideMessages = z.object(besideMessages);
export type BesideMessages = z.output<typeof BesideMessages>;
