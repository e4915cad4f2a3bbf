import type { BenchOptions, BenchReport, Row, Table } from '../bench.js';
import type { Measured } from '../generator/messages.js';
import { median } from '../lib/median.js';
import { cpuOf, goalsOf, type Lookup, type Metric, metrics } from './goals.js';
import type { Subject } from './subject.js';

interface ReportOptions {
  readonly subjects: readonly Subject[];
  readonly databaseVersion: string;
  readonly options: BenchOptions;
}

/** The tables, the rows and how the goals were met. */
export function reportDurable(
  figures: ReadonlyMap<string, ReadonlyMap<string, readonly Measured[]>>,
  { subjects, databaseVersion, options }: ReportOptions,
): Omit<BenchReport, 'faults'> {
  const rows = toRows(figures);
  const values = new Map(rows.map((row) => [`${row.subject} ${row.case} ${row.metric}`, row.value]));
  const lookup: Lookup = (subject, caseName, metric) => values.get(`${subject} ${caseName} ${metric}`);
  const cases = [...new Set(rows.map((row) => row.case))];
  const onPostgres = subjects.filter(({ database }) => database === 'PostgreSQL').map(({ name }) => name);
  const isEmbeddedIn = subjects.some(({ database }) => database === 'embedded');
  const shape = '100 conversations x 10 members, committed, then acknowledged and delivered to all';
  const tables: Table[] = [];
  if (onPostgres.length > 0)
    tables.push({
      title: `durable on PostgreSQL ${databaseVersion}: ${shape}`,
      ...tableOf({ subjects: onPostgres, cases, against: ['socketio-pg', 'limit'], lookup }),
    });
  if (isEmbeddedIn)
    tables.push({
      title: `durable on the embedded database: ${shape}`,
      ...tableOf({ subjects: ['parley-embedded'], cases, against: ['parley', 'socketio-pg'], lookup }),
    });
  return { tables, rows, remarks: goalsOf(lookup, whyNoVerdict(figures, options)) };
}

function toRows(figures: ReadonlyMap<string, ReadonlyMap<string, readonly Measured[]>>): Row[] {
  return [...figures].flatMap(([subject, cases]) =>
    [...cases].flatMap(([caseName, runs]) =>
      metrics.flatMap((metric) => {
        const values = runs.map((run) => run[metric]).filter((value) => value !== undefined);
        if (values.length === 0) return [];
        return [{ bench: 'durable', subject, case: caseName, metric, value: median(values), runs: values }];
      }),
    ),
  );
}

interface TableInput {
  readonly subjects: readonly string[];
  readonly cases: readonly string[];
  readonly against: readonly string[];
  readonly lookup: Lookup;
}

function tableOf({ subjects, cases, against, lookup }: TableInput): Omit<Table, 'title'> {
  const head = [
    'case',
    'subject',
    'acked/s',
    'deliveries/s',
    'app CPU us',
    'database CPU us',
    'p50 ms',
    'p99 ms',
    'ack p50 ms',
    'ack p99 ms',
    ...against.flatMap((peer) => [`acked/s vs ${peer}`, `CPU vs ${peer}`]),
  ];
  const lines = cases.flatMap((caseName) =>
    subjects.map((subject) => [
      caseName,
      subject,
      ...metrics.map((metric) => show(lookup(subject, caseName, metric), metric)),
      ...against.flatMap((peer) => [
        ratio(lookup(subject, caseName, 'ackedPerSecond'), lookup(peer, caseName, 'ackedPerSecond')),
        ratio(cpuOf(lookup, subject, caseName), cpuOf(lookup, peer, caseName)),
      ]),
    ]),
  );
  return { head, lines, isGrouped: true };
}

function show(value: number | undefined, metric: Metric): string {
  if (value === undefined) return '-';
  return metric.endsWith('PerSecond') ? Math.round(value).toLocaleString('en-US') : value.toFixed(1);
}

function ratio(value: number | undefined, other: number | undefined): string {
  return value === undefined || other === undefined ? '-' : `${(value / other).toFixed(2)}x`;
}

/** Above this others take so much of the machine that even ratios within a run are luck. */
const maxOthersCores = 0.25;

/** Why the figures are too weak to say that a goal is met or missed; undefined when they are not. */
function whyNoVerdict(
  figures: ReadonlyMap<string, ReadonlyMap<string, readonly Measured[]>>,
  { isQuick, isProfiled, runs }: BenchOptions,
): string | undefined {
  const reasons: string[] = [];
  if (isQuick) reasons.push('windows were short');
  if (isProfiled) reasons.push('servers were profiled');
  if (runs < 3) reasons.push(`each subject ran ${runs === 1 ? 'once' : 'twice'}, not three times`);
  const measured = [...figures.values()].flatMap((cases) => [...cases.values()].flat());
  const others = Math.max(0, ...measured.map(({ othersCores }) => othersCores));
  if (others > maxOthersCores) reasons.push(`others used up to ${others.toFixed(1)} cores`);
  return reasons.length === 0 ? undefined : reasons.join(', ');
}
