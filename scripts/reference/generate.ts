/**
 * Writes docs/reference from what the code itself goes by: settings, the table of errors, contracts, metrics. `npm run generate` writes, with `--check`
 * it names the files that are stale and fails; `npm run check` does that.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeConfiguration } from './configuration.js';
import { describeErrors } from './errors.js';
import { describeEvents } from './events.js';
import { describeMetrics } from './metrics.js';
import { describeOperations } from './operations.js';

const folder = new URL('../../docs/reference/', import.meta.url);

const pages: Readonly<Record<string, string>> = {
  'configuration.md': describeConfiguration(),
  'errors.md': describeErrors(),
  'events.md': describeEvents(),
  'metrics.md': await describeMetrics(),
  'operations.md': describeOperations(),
};

mkdirSync(folder, { recursive: true });
const strangers = readdirSync(folder).filter((name) => pages[name] === undefined);
const stale = Object.entries(pages).filter(([name, text]) => read(name) !== text);

if (process.argv.includes('--check')) {
  for (const name of [...stale.map(([page]) => page), ...strangers]) console.log(`docs/reference/${name}`);
  process.exitCode = stale.length + strangers.length === 0 ? 0 : 1;
} else {
  for (const name of strangers) rmSync(new URL(name, folder));
  for (const [name, text] of stale) writeFileSync(new URL(name, folder), text);
  console.log(`${fileURLToPath(folder)}: ${stale.length} of ${Object.keys(pages).length} pages written`);
}

function read(name: string): string | undefined {
  try {
    return readFileSync(new URL(name, folder), 'utf8');
  } catch {
    return undefined;
  }
}
