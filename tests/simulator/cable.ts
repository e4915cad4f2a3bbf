/**
 * A device's line as TCP would have it. The network under it loses what is sent into a partition and lets a socket go on afterwards; a TCP connection that
 * lost something never does. So when a partition ends, the sockets of before it are reset, or stay open without another word in either direction.
 */
import type { Socket, SocketHandlers } from '@parley/client-sdk';
import type { Faults, TestLine } from '@parley/client-sdk/testing';

export interface Cable extends Pick<TestLine, 'fetch' | 'openSocket' | 'cutAll'> {
  /** Changes faults; ends a partition that is not named. */
  readonly set: (faults: Partial<Faults>) => void;
  /** Sockets that became half-open. */
  readonly counts: { halfOpen: number };
}

interface Wire extends Socket {
  isDead: boolean;
}

/** @param random  decides how the sockets of a partition end */
export function createCable(line: TestLine, random: () => number): Cable {
  const wires = new Set<Wire>();
  const counts = { halfOpen: 0 };
  let isPartitioned = false;
  const endPartition = (): void => {
    if (!isPartitioned) return;
    isPartitioned = false;
    if (random() < 0.5) return line.cutAll();
    for (const wire of wires) {
      counts.halfOpen += 1;
      wire.isDead = true;
    }
    wires.clear();
  };
  return {
    counts,
    fetch: line.fetch,
    cutAll: line.cutAll,
    set: (faults) => {
      endPartition();
      line.heal();
      line.set(faults);
      isPartitioned = (faults.partition ?? null) !== null;
    },
    openSocket: (url, handlers) => {
      const wire = openWire(line, { url, handlers, onEnd: () => void wires.delete(wire) });
      wires.add(wire);
      return wire;
    },
  };
}

interface Opening {
  readonly url: string;
  readonly handlers: SocketHandlers;
  readonly onEnd: () => void;
}

function openWire(line: TestLine, { url, handlers, onEnd }: Opening): Wire {
  const unlessDead =
    <Args extends unknown[]>(callback: (...args: Args) => void) =>
    (...args: Args): void => {
      if (!wire.isDead) callback(...args);
    };
  const wire: Wire = {
    isDead: false,
    send: (text) => {
      if (!wire.isDead) socket?.send(text);
    },
    close: () => {
      onEnd();
      socket?.close();
    },
  };
  const socket: Socket | undefined = line.openSocket(url, {
    opened: unlessDead(handlers.opened),
    received: unlessDead(handlers.received),
    closed: unlessDead((code: number, reason: string) => {
      onEnd();
      handlers.closed(code, reason);
    }),
  });
  return wire;
}
