/**
 * Marks on their way to the server, at most one a second and place. The first goes at once; while it is under way and for a second after its answer the
 * following ones become one, the furthest, and share its answer. So scrolling through a hundred messages, online or not, leaves one mark waiting.
 */
import type { Platform } from '../../platform/platform.js';

const pauseMs = 1000;

interface Waiting<Answer> {
  seq: number;
  readonly promise: Promise<Answer>;
  readonly resolve: (answer: Promise<Answer>) => void;
}

interface Flight<Answer> {
  readonly send: (seq: number) => Promise<Answer>;
  next: Waiting<Answer> | undefined;
}

export interface MarkQueue<Answer> {
  /** Marks a place as reached up to a seq. `send` takes the furthest of those that became one. */
  readonly mark: (place: string, seq: number, send: (seq: number) => Promise<Answer>) => Promise<Answer>;
  /** Sends what waits for a place now: what is called next comes after it. */
  readonly flush: (place: string) => void;
}

export function createMarkQueue<Answer>({ after }: Pick<Platform, 'after'>): MarkQueue<Answer> {
  const flights = new Map<string, Flight<Answer>>();

  const flush = (place: string): boolean => {
    const flight = flights.get(place);
    const next = flight?.next;
    if (flight === undefined || next === undefined) return false;
    flight.next = undefined;
    next.resolve(flight.send(next.seq));
    return true;
  };

  const land = (place: string, landed: Promise<unknown>): void => {
    const turn = () =>
      void after(pauseMs, () => {
        const next = flights.get(place)?.next;
        if (flush(place) && next !== undefined) land(place, next.promise);
        else flights.delete(place);
      });
    // Whoever asked hears of a failure; here it ends the wait like an answer.
    landed.then(turn, turn);
  };

  return {
    mark: (place, seq, send) => {
      const flight = flights.get(place);
      if (flight === undefined) {
        flights.set(place, { next: undefined, send });
        const sent = send(seq);
        land(place, sent);
        return sent;
      }
      flight.next ??= createWaiting(seq);
      flight.next.seq = Math.max(flight.next.seq, seq);
      return flight.next.promise;
    },
    flush: (place) => void flush(place),
  };
}

function createWaiting<Answer>(seq: number): Waiting<Answer> {
  let resolve: Waiting<Answer>['resolve'] = () => {};
  const promise = new Promise<Answer>((settle) => {
    resolve = settle;
  });
  return { seq, promise, resolve };
}
