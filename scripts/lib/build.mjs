/**
 * Builds what is stale.
 *
 * A package is fresh when the hash of its inputs (own files, shared configuration, lockfile, and the hashes of the workspace
 * packages it uses) is the one recorded at its last build, and every file that build wrote is still there. Packages build as
 * soon as what they use is built, two at a time.
 */
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fingerprint, recall, remember } from './fingerprint.mjs';
import { mustRun } from './processes.mjs';
import { root } from './root.mjs';
import { say, since } from './say.mjs';
import { listPackages } from './workspace.mjs';

/** @typedef {import('./workspace.mjs').WorkspacePackage} WorkspacePackage */

const sharedInputs = ['pnpm-lock.yaml', 'tsconfig.base.json', 'types'].map((name) => join(root, name));
const maxConcurrent = 2;

/** @returns {Promise<string[]>} labels of what was built; empty when everything was fresh */
export async function buildStale() {
  const packages = listPackages().filter((each) => each.build !== undefined);
  const inputs = hashInputs(packages);
  const stale = packages.filter((each) => !isFresh(each, inputs.get(each.name)));
  if (stale.length > 0) say(`Building ${stale.map((each) => each.label).join(', ')} ...`);
  await inDependencyOrder(stale, async (each) => {
    const started = performance.now();
    await build(each);
    remember(recordName(each), JSON.stringify({ inputs: inputs.get(each.name), outputs: listOutputs(each) }));
    say(`  ${each.label} built in ${since(started)}.`);
  });
  return stale.map((each) => each.label);
}

/** Runs a package's own build script the way a package manager would, without starting one. @param {WorkspacePackage} each */
async function build(each) {
  await mustRun(`Building ${each.label}`, [each.build ?? '', []], {
    cwd: each.folder,
    shell: true,
    env: { ...process.env, PATH: binariesPath(each.folder), NODE_ENV: 'production' },
  });
}

/** @param {string} folder @returns {string} PATH with the folder's and the repository's installed commands first */
export function binariesPath(folder) {
  return [join(folder, 'node_modules/.bin'), join(root, 'node_modules/.bin'), process.env.PATH].join(
    delimiter,
  );
}

/** @param {WorkspacePackage[]} packages  dependencies first */
function hashInputs(packages) {
  const shared = fingerprint(sharedInputs);
  /** @type {Map<string, string>} */
  const hashes = new Map();
  for (const each of packages) {
    hashes.set(
      each.name,
      fingerprint([each.folder], shared + each.uses.map((name) => hashes.get(name)).join()),
    );
  }
  return hashes;
}

/** @param {WorkspacePackage} each @param {string | undefined} inputs */
function isFresh(each, inputs) {
  const record = recall(recordName(each));
  if (record === undefined) return false;
  const { inputs: builtFrom, outputs } = JSON.parse(record);
  return (
    builtFrom === inputs &&
    outputs.every((/** @type {string} */ file) => existsSync(join(each.folder, 'dist', file)))
  );
}

/** @param {WorkspacePackage} each */
function recordName(each) {
  return `built-${each.label}.json`;
}

/** @param {WorkspacePackage} each */
function listOutputs(each) {
  return readdirSync(join(each.folder, 'dist'), { recursive: true });
}

/**
 * @param {WorkspacePackage[]} packages
 * @param {(each: WorkspacePackage) => Promise<void>} work
 */
async function inDependencyOrder(packages, work) {
  const waiting = new Set(packages);
  /** @type {Map<WorkspacePackage, Promise<void>>} */
  const running = new Map();
  while (waiting.size + running.size > 0) {
    const unfinished = new Set([...waiting, ...running.keys()].map((each) => each.name));
    const ready = [...waiting].filter((each) => !each.uses.some((name) => unfinished.has(name)));
    for (const each of ready.slice(0, maxConcurrent - running.size)) {
      waiting.delete(each);
      running.set(
        each,
        work(each).then(() => void running.delete(each)),
      );
    }
    await Promise.race(running.values());
  }
}
