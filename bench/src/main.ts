/** The runner: carries out the benches named on the command line and prints what they found. Started by `npm run bench`. */
import type { Bench, BenchReport } from './bench.js';
import { durable } from './durable/durable.js';
import { formatTable } from './lib/format.js';
import { machineFacts, measureNoise, type Noise } from './lib/machine.js';
import { type CommandLine, readCommandLine, usage } from './options.js';
import { size } from './size/size.js';

const benches: readonly Bench[] = [durable, size];

process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

try {
  const commandLine = readCommandLine(process.argv.slice(2));
  const unknown = commandLine.names.filter((name) => !benches.some((bench) => bench.name === name));
  if (unknown.length > 0) throw new Error(`there is no bench "${unknown.join('", "')}"`);
  if (commandLine.isHelp || commandLine.names.length === 0) {
    const known = benches.map(({ name, describe }) => `  ${name.padEnd(16)}  ${describe}`);
    console.log([usage, '', ...known].join('\n'));
  } else process.exitCode = await runAll(commandLine);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

/** Returns the exit code: 1 when anything could not run or did not hold. */
async function runAll({ names, isJson, options }: CommandLine): Promise<number> {
  const startedAt = performance.now();
  const say = (line: string): void => {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.error(`${String(seconds).padStart(4)} s  ${line}`);
  };
  const machine = machineFacts();
  const before = measureNoise();
  say(
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, node ${machine.node}`,
  );
  say(`before: ${describeNoise(before)}`);
  const reports: BenchReport[] = [];
  for (const bench of benches.filter(({ name }) => names.includes(name))) {
    const databaseUrl = process.env.PARLEY_BENCH_DATABASE_URL;
    reports.push(await bench.run({ options, databaseUrl, say }));
  }
  const after = measureNoise();
  say(`after: ${describeNoise(after)}`);
  if (Math.max(before.spread, after.spread) > 0.1)
    say('the machine was not quiet: do not compare rates with other runs');
  const faults = reports.flatMap((report) => report.faults);
  if (isJson) {
    const rows = reports.flatMap((report) => report.rows);
    console.log(
      JSON.stringify({
        at: new Date().toISOString(),
        machine,
        noise: { before, after },
        options,
        rows,
        faults,
      }),
    );
  } else print(reports);
  for (const fault of faults) console.error(`FAULT  ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

function print(reports: readonly BenchReport[]): void {
  for (const { tables, remarks } of reports) {
    for (const table of tables) console.log(`\n${formatTable(table)}`);
    if (remarks.length > 0) console.log(`\n${remarks.join('\n')}`);
  }
  console.log('');
}

/** Above a tenth somebody else is using the machine, and only ratios within a run mean something. */
function describeNoise({ spinMs, spread, loadAverage }: Noise): string {
  const loop = `a fixed loop takes ${spinMs.toFixed(1)} ms, its slowest tenth ${Math.round(spread * 100)} % above the fastest`;
  return `${loop} (${spread > 0.1 ? 'noisy' : 'quiet'}), load average ${loadAverage.toFixed(2)}`;
}
