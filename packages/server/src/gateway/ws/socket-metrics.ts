import { Counter, type Registry } from 'prom-client';
import type { SocketEvents } from './socket-services.js';

/** Counters of what happens to sockets that are too many or too slow. Registers them; once a registry. */
export function createSocketMetrics(registry: Registry): SocketEvents {
  const refused = new Counter({
    name: 'parley_sockets_refused_total',
    help: 'Sockets sent away with a time to come back, by reason',
    labelNames: ['reason'],
    registers: [registry],
  });
  const slow = new Counter({
    name: 'parley_sockets_slow_total',
    help: 'Sockets cut because their peer read too slowly',
    registers: [registry],
  });
  const dropped = new Counter({
    name: 'parley_socket_drops_total',
    help: 'Writes given up for slow sockets, by class; events are told by their heads later',
    labelNames: ['class'],
    registers: [registry],
  });
  return {
    onRefused: (reason) => refused.inc({ reason }),
    onSlow: () => slow.inc(),
    onDropped: (type, count) => dropped.inc({ class: type }, count),
  };
}
