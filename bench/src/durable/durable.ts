/**
 * `durable`: a message is committed before it is acknowledged and delivered to all ten members of its conversation, sender included. Two
 * tables, because the embedded database has no peer: subjects on PostgreSQL, and Parley on both databases.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, BenchEnvironment, BenchReport } from '../bench.js';
import type { CaseSpec, Measured } from '../generator/messages.js';
import { type Databases, openDatabases } from '../lib/databases.js';
import { topOfProfiles } from '../lib/profile.js';
import { openStatements } from '../lib/statements.js';
import { durableCases, secondsPerRun } from './cases.js';
import { parleySubject } from './parley-subject.js';
import { peerSubject } from './peer-subject.js';
import { reportDurable } from './report.js';
import { runSubject } from './run-subject.js';
import type { Subject, SubjectEnvironment } from './subject.js';

export const durable: Bench = {
  name: 'durable',
  describe: '100 conversations x 10 members: committed, then acknowledged and delivered to all',
  run: async (environment) => {
    const { databaseUrl } = environment;
    if (databaseUrl === undefined) return nothing('durable: no PostgreSQL; set PARLEY_BENCH_DATABASE_URL');
    const databases = await openDatabases(databaseUrl);
    const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
    try {
      const statements = environment.options.isProfiled ? await openStatements(databaseUrl) : undefined;
      return await runAll(environment, { databases, folder, say: environment.say, nodeArgs: [], statements });
    } finally {
      await databases.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Every figure of a subject and case, one entry a run. */
export type Figures = Map<string, Map<string, Measured[]>>;

async function runAll(
  { options, say }: BenchEnvironment,
  environment: SubjectEnvironment,
): Promise<BenchReport> {
  const specs = durableCases(options);
  const faults = weaknesses(environment.databases);
  const chosen = subjects().filter(
    ({ name }) => options.subjects.length === 0 || options.subjects.includes(name),
  );
  const runners: Subject[] = [];
  for (const subject of chosen) {
    const reason = await subject.prepare(environment).then(() => undefined, reasonOf);
    if (reason === undefined) runners.push(subject);
    else faults.push(`durable: ${subject.name} could not run: ${reason}`);
  }
  const seconds = secondsPerRun(specs) * runners.length * options.runs;
  say(
    `durable: ${options.runs} run(s) of ${runners.length} subjects, some ${Math.ceil(seconds / 60)} minutes`,
  );
  const figures: Figures = new Map(runners.map(({ name }) => [name, new Map()]));
  for (let run = 0; run < options.runs; run += 1) {
    // Everyone is first once, so that nobody always follows the same one.
    for (const subject of [
      ...runners.slice(run % runners.length),
      ...runners.slice(0, run % runners.length),
    ]) {
      say(`run ${run + 1} of ${options.runs}: ${subject.name}`);
      const nodeArgs = options.isProfiled ? profilerArgs(environment, subject) : [];
      faults.push(...(await runInto(figures, subject, { environment: { ...environment, nodeArgs }, specs })));
    }
  }
  const report = reportDurable(figures, {
    subjects: chosen,
    databaseVersion: environment.databases.version,
    options,
  });
  const profiles = options.isProfiled
    ? runners.flatMap(({ name }) => topOfProfiles(name, profileFolder(environment, name)))
    : [];
  return { ...report, remarks: [...report.remarks, ...profiles], faults };
}

function profilerArgs(environment: SubjectEnvironment, { name }: Subject): string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${profileFolder(environment, name)}`];
}

function profileFolder({ folder }: SubjectEnvironment, name: string): string {
  return join(folder, 'profiles', name);
}

function subjects(): Subject[] {
  return [
    parleySubject('PostgreSQL'),
    peerSubject({
      name: 'socketio-pg',
      dialect: 'socket.io',
      hasSeqs: false,
      token: (conversationId, userId) => JSON.stringify({ conversationId, userId }),
    }),
    peerSubject({
      name: 'limit',
      dialect: 'frames',
      hasSeqs: true,
      token: (conversationId, userId) => `${conversationId} ${userId}`,
    }),
    parleySubject('embedded'),
  ];
}

/** Runs a subject once and adds what was measured. Returns what was wrong; figures of a faulty run do not count. */
async function runInto(
  figures: Figures,
  subject: Subject,
  { environment, specs }: { environment: SubjectEnvironment; specs: readonly CaseSpec[] },
): Promise<string[]> {
  try {
    const { measured, faults } = await runSubject(subject, environment, specs);
    if (faults.length === 0)
      for (const [name, result] of measured) {
        const cases = figures.get(subject.name);
        cases?.set(name, [...(cases.get(name) ?? []), result]);
      }
    const shown = faults.slice(0, 10);
    if (faults.length > shown.length) shown.push(`and ${faults.length - shown.length} faults more`);
    return shown.map((fault) => `durable: ${subject.name}: ${fault}`);
  } catch (error) {
    return [`durable: ${subject.name} could not run: ${reasonOf(error)}`];
  }
}

function weaknesses({ isDurable, postmasterPid }: Databases): string[] {
  const found: string[] = [];
  if (!isDurable)
    found.push('durable: PostgreSQL does not wait for its disk (fsync or synchronous_commit is off)');
  if (postmasterPid === undefined) found.push('durable: the CPU of PostgreSQL cannot be read from here');
  return found;
}

function nothing(fault: string): BenchReport {
  return { tables: [], rows: [], remarks: [], faults: [fault] };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
