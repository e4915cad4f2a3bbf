/**
 * Conversations in which so much happens that not everybody gets every event: above 200 sockets or 50 events in ten seconds, until below 150 and 30. Their
 * events go to who has them open; the others are owed the head, which is told once a second.
 */
import type { ChatEvent, ConversationId, HeadFrame, Message } from '@parley/protocol/wire';
import type { Publication, World } from './world.js';

const rule = {
  manySockets: 200,
  manyEvents: 50,
  fewSockets: 150,
  fewEvents: 30,
  windowMs: 10_000,
  tellMs: 1000,
};

export interface Pace {
  readonly conversationId: ConversationId;
  /** When the latest events came. */
  times: number[];
  isBusy: boolean;
  /** Something is still to be told to who was left out. */
  isOwed: boolean;
  seq: number;
  ord: number | null;
  deletedOrds: number[];
  lastMessage: Message | null;
}

export interface BusyOptions {
  readonly world: Pick<World, 'now' | 'after'>;
  /** How many sockets are in a conversation. */
  readonly countSockets: (conversationId: ConversationId) => number;
  /** Tells a head to who is in the conversation and does not have it open. */
  readonly tell: (head: HeadFrame) => void;
}

export interface Busy {
  /** Counts a publication. Returns whether it goes to those only who look. */
  readonly take: (publication: Publication) => boolean;
  /** What is owed of these conversations to who is in them and does not have them open. */
  readonly owed: () => readonly HeadFrame[];
  readonly close: () => void;
}

export function createBusy({ world, countSockets, tell }: BusyOptions): Busy {
  const paces = new Map<ConversationId, Pace>();
  let stop: (() => void) | undefined;
  const busyPaces = () => [...paces.values()].filter(({ isBusy }) => isBusy);
  const recent = (pace: Pace) => {
    pace.times = pace.times.filter((time) => time > world.now() - rule.windowMs);
    return pace.times.length;
  };
  const turn = (): void => {
    stop = undefined;
    for (const pace of busyPaces()) {
      if (pace.isOwed) {
        const frame = frameOf(pace);
        Object.assign(pace, { isOwed: false, deletedOrds: [], lastMessage: null });
        tell(frame);
      }
      pace.isBusy = countSockets(pace.conversationId) >= rule.fewSockets || recent(pace) >= rule.fewEvents;
    }
    if (busyPaces().length > 0) stop = world.after(rule.tellMs, turn);
  };
  return {
    take: ({ log, event, isWithheld }) => {
      const pace = paces.get(log.id) ?? newPace(log.id);
      paces.set(log.id, pace);
      pace.times.push(world.now());
      if (countSockets(log.id) > rule.manySockets || recent(pace) > rule.manyEvents) pace.isBusy = true;
      if (pace.isBusy) {
        pace.isOwed = true;
        pace.seq = event.seq;
        stop ??= world.after(rule.tellMs, turn);
      }
      if (isWithheld !== true) note(pace, event);
      return pace.isBusy;
    },
    owed: () => busyPaces().flatMap((pace) => (pace.isOwed ? [frameOf(pace)] : [])),
    close: () => {
      stop?.();
      stop = undefined;
      paces.clear();
    },
  };
}

function newPace(conversationId: ConversationId): Pace {
  const nothing = { isBusy: false, isOwed: false, seq: 0, ord: null, deletedOrds: [], lastMessage: null };
  return { conversationId, times: [], ...nothing };
}

function frameOf({ conversationId, seq, ord, deletedOrds, lastMessage }: Pace): HeadFrame {
  return { type: 'head', conversationId, seq, ord, deletedOrds, lastMessage };
}

/** What an event says of the latest message; what everybody is given leaves nothing owed but its ord. */
function note(pace: Pace, event: ChatEvent): void {
  switch (event.kind) {
    case 'message.created':
      if (event.data.threadId !== null) return;
      pace.ord = event.data.ord;
      if (pace.isBusy) pace.lastMessage = event.data;
      return;
    case 'members.added':
      // The frame is the same for everybody: it has nothing that somebody came after.
      if (event.data.conversation.settings.history === 'since_join') pace.lastMessage = null;
      return;
    case 'message.updated':
    case 'message.deleted':
      if (!pace.isBusy || event.data.threadId !== null) return;
      if (event.data.ord === pace.ord) pace.lastMessage = event.data;
      if (event.kind === 'message.deleted') pace.deletedOrds.push(event.data.ord);
      return;
    default:
  }
}
