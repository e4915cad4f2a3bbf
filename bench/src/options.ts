import { parseArgs } from 'node:util';
import type { BenchOptions } from './bench.js';

export interface CommandLine {
  readonly names: readonly string[];
  readonly isJson: boolean;
  readonly isHelp: boolean;
  readonly options: BenchOptions;
}

export const usage = `npm run bench -- <name...> [options]

  --quick           one short run, to see that it works
  --runs N          runs of every subject, 3 when not given; figures are their medians
  --subjects a,b    only these subjects
  --cases a,b       only these cases
  --profile         also print where each server's CPU went, and its statements' time (costs some speed)
  --json            print JSON instead of tables; progress goes to stderr`;

/** Reads the command line. Throws with a message that names what is wrong. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      runs: { type: 'string' },
      subjects: { type: 'string', default: '' },
      cases: { type: 'string', default: '' },
      profile: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const runs = values.runs === undefined ? (values.quick ? 1 : 3) : Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs wants a whole number from 1');
  return {
    names: positionals,
    isJson: values.json,
    isHelp: values.help,
    options: {
      runs,
      isQuick: values.quick,
      subjects: list(values.subjects),
      cases: list(values.cases),
      isProfiled: values.profile,
    },
  };
}

function list(text: string): string[] {
  return text.split(',').filter((name) => name !== '');
}
