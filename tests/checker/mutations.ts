import type { Entry, History, Observation, Send, Violation } from './history.js';

/** A way to break a history. Undefined where the history has nothing of the kind to break. */
export interface Mutation {
  /** One of these must be found. */
  readonly finds: readonly Violation['kind'][];
  /** @param pick chooses among the things that can be broken */
  readonly apply: (history: History, pick: Pick) => History | undefined;
}

/** Chooses one of a list, or undefined when it is empty. */
export type Pick = <Item>(items: readonly Item[]) => Item | undefined;

export const mutations: Readonly<Record<string, Mutation>> = {
  'an acknowledged message vanishes from the log': {
    finds: ['missing'],
    apply: (history, pick) => {
      const lost = pick(acknowledged(history));
      return (
        lost && {
          ...history,
          log: mapEntry(history.log, lost, ({ conversationId, seq }) => ({ conversationId, seq })),
        }
      );
    },
  },
  'a message is appended again': {
    finds: ['doubled'],
    apply: (history, pick) => {
      const again = pick(history.log.filter(({ message }) => message !== undefined));
      if (again === undefined) return undefined;
      const seq =
        1 +
        Math.max(
          ...history.log.map((entry) => (entry.conversationId === again.conversationId ? entry.seq : 0)),
        );
      return { ...history, log: [...history.log, { ...again, seq }] };
    },
  },
  'the entries after some place move up by one': {
    finds: ['hole'],
    apply: (history, pick) => {
      const from = pick(history.log);
      const moves = ({ conversationId, seq }: Entry) =>
        conversationId === from?.conversationId && seq >= from.seq;
      return (
        from && {
          ...history,
          log: history.log.map((entry) => (moves(entry) ? { ...entry, seq: entry.seq + 1 } : entry)),
        }
      );
    },
  },
  'two acknowledged sends of a lane change places in its program': {
    finds: ['reordered'],
    apply: (history, pick) => {
      const sends = acknowledged(history);
      const first = pick(sends.filter((send) => sends.some((other) => isLater(history, other, send))));
      const second = first && sends.find((other) => isLater(history, other, first));
      if (first === undefined || second === undefined) return undefined;
      return {
        ...history,
        sends: history.sends.map((send) => (send === first ? second : send === second ? first : send)),
      };
    },
  },
  'the words of a message change in the log': {
    finds: ['altered'],
    apply: (history, pick) => {
      const entry = pick(history.log.filter(({ message }) => message !== undefined));
      if (entry?.message === undefined) return undefined;
      const message = { ...entry.message, content: `${entry.message.content}, or so` };
      return { ...history, log: history.log.map((each) => (each === entry ? { ...entry, message } : each)) };
    },
  },
  'a message appears that nobody sent': {
    finds: ['unsent'],
    apply: (history, pick) => {
      const send = pick(
        history.sends.filter(
          ({ answers, id }) => answers.length === 0 && history.log.some((e) => e.message?.id === id),
        ),
      );
      return send && { ...history, sends: history.sends.filter((each) => each !== send) };
    },
  },
  'an acknowledgement tells another seq': {
    finds: ['ack-differs'],
    apply: (history, pick) => {
      const send = pick(acknowledged(history));
      const answers =
        send?.answers.map((answer, index) => (index === 0 ? { ...answer, seq: answer.seq + 1 } : answer)) ??
        [];
      return (
        send && {
          ...history,
          sends: history.sends.map((each) => (each === send ? { ...each, answers } : each)),
        }
      );
    },
  },
  'an observer sees two things in the other order': {
    finds: ['seen-out-of-order'],
    apply: (history, pick) =>
      mutateObservation(
        history,
        pick,
        ([first, second, ...rest]) => first && second && [second, first, ...rest],
      ),
  },
  'an observer sees something twice': {
    finds: ['seen-out-of-order'],
    apply: (history, pick) =>
      mutateObservation(history, pick, ([first, ...rest]) => first && [first, first, ...rest]),
  },
  'an observer misses something in the middle': {
    finds: ['seen-hole'],
    apply: (history, pick) =>
      mutateObservation(
        { ...history, observations: history.observations.filter(({ covers }) => covers !== 'nothing') },
        pick,
        ([first, second, third, ...rest]) => first && second && third && [first, third, ...rest],
      ),
  },
  'an observer sees a message at another place': {
    finds: ['seen-differs'],
    apply: (history, pick) =>
      mutateObservation(history, pick, (seen) => {
        const last = seen.at(-1);
        return last && [...seen.slice(0, -1), { ...last, seq: last.seq + 1000 }];
      }),
  },
};

function acknowledged({ sends }: History): Send[] {
  return sends.filter(({ answers }) => answers.length > 0);
}

/** Same lane, same conversation, begun later. */
function isLater({ sends }: History, later: Send, earlier: Send): boolean {
  const isSameLine = later.lane === earlier.lane && later.conversationId === earlier.conversationId;
  return isSameLine && sends.indexOf(later) > sends.indexOf(earlier);
}

function mapEntry(
  log: readonly Entry[],
  { conversationId, id }: Send,
  change: (entry: Entry) => Entry,
): Entry[] {
  return log.map((entry) =>
    entry.conversationId === conversationId && entry.message?.id === id ? change(entry) : entry,
  );
}

function mutateObservation(
  history: History,
  pick: Pick,
  change: (seen: Observation['seen']) => Observation['seen'] | undefined,
): History | undefined {
  const chosen = pick(history.observations.filter(({ seen }) => change(seen) !== undefined));
  const seen = chosen && change(chosen.seen);
  if (chosen === undefined || seen === undefined) return undefined;
  return {
    ...history,
    observations: history.observations.map((each) => (each === chosen ? { ...each, seen } : each)),
  };
}
