/** `size`: what a browser loads, minified and gzipped, in bytes. One bundle an entry; the same in every run, so there is only one. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench, Row } from '../bench.js';
import { bundledBytes } from './bundle.js';
import { recordedOn, recordedSizes } from './recorded.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface OwnEntry {
  readonly subject: string;
  readonly case: string;
  /** The built file. */
  readonly file: string;
  /** What is imported from it. */
  readonly names: string;
  readonly external?: readonly string[];
  /** The budget, where there is one. */
  readonly maxBytes?: number;
}

const sdk = 'packages/client-sdk/dist/index.js';
const beside = [
  'react',
  'react/*',
  'react-dom',
  '@parley/client-sdk',
  '@parley/protocol',
  '@parley/protocol/*',
];

const ownEntries: readonly OwnEntry[] = [
  { subject: '@parley/client-sdk', case: 'full', file: sdk, names: '*', maxBytes: 30_000 },
  {
    subject: '@parley/client-sdk',
    case: 'send-and-receive',
    file: sdk,
    names: '{ createChatClient }',
    maxBytes: 18_000,
  },
  {
    subject: '@parley/react-hooks',
    case: 'full',
    file: 'packages/react-hooks/dist/index.js',
    names: '*',
    external: beside,
    maxBytes: 6_000,
  },
  { subject: '@parley/protocol/wire', case: 'full', file: 'packages/protocol/dist/wire.js', names: '*' },
];

export const size: Bench = {
  name: 'size',
  describe: 'min+gzip of what a browser loads, beside other kits',
  run: async ({ options, say }) => {
    const rows: Row[] = [];
    const lines: string[][] = [];
    const remarks: string[] = [];
    const faults: string[] = [];
    const isChosen = (subject: string, caseName: string): boolean =>
      (options.subjects.length === 0 || options.subjects.includes(subject)) &&
      (options.cases.length === 0 || options.cases.includes(caseName));
    for (const entry of ownEntries.filter((each) => isChosen(each.subject, each.case))) {
      const { subject, maxBytes } = entry;
      say(`size: ${subject}, ${entry.case}`);
      try {
        const bytes = await measureOwn(entry);
        rows.push({ bench: 'size', subject, case: entry.case, metric: 'bytes', value: bytes, runs: [bytes] });
        lines.push([subject, entry.case, kilobytes(bytes), 'this build']);
        if (maxBytes !== undefined) remarks.push(goal(entry, bytes, maxBytes));
      } catch (error) {
        faults.push(`size: ${subject}, ${entry.case}: ${error instanceof Error ? error.message : error}`);
      }
    }
    for (const { name, packageName, kilobytes: recorded } of recordedSizes) {
      const installed = packageName === undefined ? undefined : findInstalled(packageName);
      if (installed === undefined || !isChosen(installed.name, 'full')) {
        lines.push([packageName ?? name, 'full', recorded, `${name}, recorded ${recordedOn}`]);
        continue;
      }
      const bytes = await bundledBytes({
        code: `export * from '${installed.name}'`,
        folder: installed.folder,
      });
      rows.push({
        bench: 'size',
        subject: installed.name,
        case: 'full',
        metric: 'bytes',
        value: bytes,
        runs: [bytes],
      });
      lines.push([installed.name, 'full', kilobytes(bytes), `${name} ${installed.version}, measured`]);
    }
    const head = ['package', 'case', 'kB min+gzip', 'what'];
    return { tables: [{ title: 'size: what a browser loads', head, lines }], rows, remarks, faults };
  },
};

function measureOwn({ file, names, external = [] }: OwnEntry): Promise<number> {
  const path = join(root, file);
  if (!existsSync(path)) throw new Error(`${file} is not there: the package is not built`);
  return bundledBytes({ code: `export ${names} from '${path}'`, folder: dirname(path), external });
}

/** A package the bench could import, or undefined. */
function findInstalled(name: string): { name: string; version: string; folder: string } | undefined {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const paths = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const manifest = paths.map((path) => join(path, name, 'package.json')).find((path) => existsSync(path));
  if (manifest === undefined) return undefined;
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
  return { name, version: String(version), folder };
}

function goal({ subject, case: caseName }: OwnEntry, bytes: number, maxBytes: number): string {
  const isMet = bytes <= maxBytes;
  return `goal ${isMet ? 'met    ' : 'not met'}  ${subject}, ${caseName}: ${kilobytes(bytes)} kB (at most ${kilobytes(maxBytes)})`;
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}
