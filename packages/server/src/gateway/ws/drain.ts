import type { Clock } from '../../lib/clock.js';

/** What drains: sockets that can be asked to move, sent away, and cut. */
export interface Drained {
  readonly size: () => number;
  /** Calls back once, when the last socket is gone. */
  readonly onEmpty: (callback: () => void) => void;
  /** Asks every socket to move to another node within the time. */
  readonly moveAway: (withinMs: number) => void;
  /** Closes every socket with the time to come back. */
  readonly sendAway: () => void;
  readonly cut: () => void;
}

/** For those that move at the last moment. */
const graceMs = 2000;
/** How long peers have to answer the close before they are cut. */
const closeTimeoutMs = 1000;

/**
 * Empties a node that stops. Sockets are asked to open another one elsewhere at a moment of their own choice, and are served until they have; who has not
 * moved two seconds after the window is sent away, who does not answer that is cut. A window of 0 sends away at once: for a node that is the only one.
 */
export async function drain(sockets: Drained, windowMs: number, clock: Clock): Promise<void> {
  if (windowMs > 0 && sockets.size() > 0) {
    sockets.moveAway(windowMs);
    await emptyOrAfter(sockets, windowMs + graceMs, clock);
  }
  sockets.sendAway();
  await emptyOrAfter(sockets, closeTimeoutMs, clock);
  sockets.cut();
}

function emptyOrAfter(sockets: Drained, ms: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    if (sockets.size() === 0) return resolve();
    const stopTimer = clock.after(ms, resolve);
    sockets.onEmpty(() => {
      stopTimer();
      resolve();
    });
  });
}
