import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  readonly flushSize: Histogram;
  readonly flushSeconds: Histogram;
  readonly publishedEvents: Counter;
  readonly unforeseenErrors: Counter;
  /** Labelled `cause`: `asked` or `sent`. */
  readonly watermarksWritten: Counter<'cause'>;
}

/** The server's metrics, in a registry of their own so that several servers fit one process. */
export function createMetrics(state: {
  readonly sockets: () => number;
  readonly queued: () => number;
  readonly busyConversations: () => number;
}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'parley_' });
  gauge(registers, {
    name: 'parley_sockets',
    help: 'Sockets that are open and authenticated.',
    read: state.sockets,
  });
  gauge(registers, {
    name: 'parley_batcher_queued',
    help: 'Commands waiting for the log or under way.',
    read: state.queued,
  });
  gauge(registers, {
    name: 'parley_busy_conversations',
    help: 'Conversations whose events go here to those only who have them open.',
    read: state.busyConversations,
  });
  return {
    registry,
    flushSize: new Histogram({
      name: 'parley_flush_operations',
      help: 'Messages in one flush.',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 256],
      registers,
    }),
    flushSeconds: new Histogram({
      name: 'parley_flush_seconds',
      help: 'Time of one flush, commit included.',
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
      registers,
    }),
    publishedEvents: new Counter({
      name: 'parley_events_published_total',
      help: 'Events published after a commit.',
      registers,
    }),
    unforeseenErrors: new Counter({
      name: 'parley_internal_errors_total',
      help: 'Errors answered as internal.',
      registers,
    }),
    watermarksWritten: new Counter({
      name: 'parley_watermarks_written_total',
      help: 'Rows of who has read and received how far, by what moved them: somebody asked for it, or they sent something.',
      labelNames: ['cause'],
      registers,
    }),
  };
}

interface GaugeOptions {
  readonly name: string;
  readonly help: string;
  readonly read: () => number;
}

function gauge(registers: Registry[], { name, help, read }: GaugeOptions): void {
  new Gauge({
    name,
    help,
    registers,
    collect() {
      this.set(read());
    },
  });
}
