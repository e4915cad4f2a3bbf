import type { Measured } from '../generator/messages.js';

export const metrics = [
  'ackedPerSecond',
  'deliveriesPerSecond',
  'appCpuUs',
  'databaseCpuUs',
  'p50Ms',
  'p99Ms',
  'ackP50Ms',
  'ackP99Ms',
] as const satisfies readonly (keyof Measured)[];

export type Metric = (typeof metrics)[number];

/** The median of a metric, or undefined when it was not measured. */
export type Lookup = (subject: string, caseName: string, metric: Metric) => number | undefined;

interface Goal {
  readonly text: string;
  readonly value: number | undefined;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** The budgets beside what came out, one line each. With a reason against a verdict only the figures are shown. */
export function goalsOf(lookup: Lookup, whyNoVerdict: string | undefined): string[] {
  const lines = durableGoals(lookup).flatMap(({ text, value, atLeast, atMost }) => {
    if (value === undefined) return [];
    const isMet =
      value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY);
    const verdict = whyNoVerdict !== undefined ? 'goal' : isMet ? 'goal met    ' : 'goal not met';
    const shown = value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(2);
    return [
      `${verdict}  ${text}: ${shown} (${atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`})`,
    ];
  });
  return whyNoVerdict === undefined || lines.length === 0
    ? lines
    : [`no verdict, because ${whyNoVerdict}`, ...lines];
}

/** CPU a message of server and database together. */
export function cpuOf(lookup: Lookup, subject: string, caseName: string): number | undefined {
  const app = lookup(subject, caseName, 'appCpuUs');
  return app === undefined ? undefined : app + (lookup(subject, caseName, 'databaseCpuUs') ?? 0);
}

function durableGoals(lookup: Lookup): Goal[] {
  const times = (peer: string, caseName: string, metric: Metric): number | undefined => {
    const [own, other] = [lookup('parley', caseName, metric), lookup(peer, caseName, metric)];
    return own === undefined || other === undefined ? undefined : own / other;
  };
  return [
    {
      text: 'saturated acked/s, times socketio-pg',
      value: times('socketio-pg', 'saturated', 'ackedPerSecond'),
      atLeast: 6,
    },
    {
      text: 'saturated acked/s, times the limit',
      value: times('limit', 'saturated', 'ackedPerSecond'),
      atLeast: 0.6,
    },
    { text: 'saturated, app + database CPU us', value: cpuOf(lookup, 'parley', 'saturated'), atMost: 60 },
    { text: '500/s app CPU, times socketio-pg', value: times('socketio-pg', '500/s', 'appCpuUs'), atMost: 1 },
    {
      text: '500/s database CPU, times socketio-pg',
      value: times('socketio-pg', '500/s', 'databaseCpuUs'),
      atMost: 2,
    },
    { text: '1500/s p50 ms', value: lookup('parley', '1500/s', 'p50Ms'), atMost: 4 },
    { text: '1500/s p99 ms', value: lookup('parley', '1500/s', 'p99Ms'), atMost: 15 },
    {
      text: 'embedded saturated acked/s',
      value: lookup('parley-embedded', 'saturated', 'ackedPerSecond'),
      atLeast: 6000,
    },
    { text: 'embedded saturated p99 ms', value: lookup('parley-embedded', 'saturated', 'p99Ms'), atMost: 50 },
  ];
}
