/**
 * Finding a program: first on the machine, then among what was unpacked from Debian's packages, then by unpacking it.
 *
 * PARLEY_TEST_TOOLS=install leaves out what the machine has, so that `npm run fresh` proves the last way.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { debianFolder, installDebian, libraryPath } from './debian.mjs';

/**
 * @typedef {object} Tool
 * @property {string} path
 * @property {Record<string, string>} env  what the program needs in its environment
 * @property {string} version  the first line it prints about itself
 * @property {string} [root]  the unpacked packages it lies in, when it does
 *
 * @typedef {object} Wanted
 * @property {string} name  for people
 * @property {string[]} places  absolute paths where it may be, best first
 * @property {string[]} [commands]  names to look for in PATH
 * @property {string[]} debianPackages  the package, and those of its parts that it expects beside itself
 * @property {(root: string) => string[]} unpackedPlaces  where it may be in the unpacked packages
 * @property {string} advice  what to do when there is none
 */

/**
 * @param {Wanted} wanted
 * @param {(line: string) => void} say
 * @returns {Tool}
 * @throws {Error} that says what to install
 */
export function findTool(wanted, say) {
  /** @type {string[]} */
  const reasons = [];
  const found = onThisMachine(wanted);
  if (found) return found;
  try {
    const root = debianFolder(wanted.debianPackages, say);
    const unpacked = firstThatRuns(wanted.unpackedPlaces(root), { LD_LIBRARY_PATH: libraryPath(root) });
    if (unpacked) return { ...unpacked, root };
    reasons.push(`Debian's package "${wanted.debianPackages[0]}", unpacked in ${root}, does not run here.`);
  } catch (error) {
    reasons.push(error instanceof Error ? error.message : String(error));
  }
  try {
    installDebian(wanted.debianPackages, say);
    const installed = firstThatRuns([...wanted.places, ...fromPath(wanted.commands)], {});
    if (installed) return installed;
  } catch (error) {
    reasons.push(error instanceof Error ? error.message : String(error));
  }
  throw new Error(`${wanted.name} is missing. ${wanted.advice}\n  ${reasons.join('\n  ')}`);
}

/** @param {Wanted} wanted */
function onThisMachine(wanted) {
  if (process.env.PARLEY_TEST_TOOLS === 'install') return undefined;
  return firstThatRuns([...wanted.places, ...fromPath(wanted.commands)], {});
}

/** @param {string[]} [commands] */
function fromPath(commands = []) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return commands.flatMap((command) => folders.map((folder) => join(folder, command)));
}

/**
 * @param {string[]} places
 * @param {Record<string, string>} env
 * @returns {Tool | undefined}
 */
function firstThatRuns(places, env) {
  for (const path of places.filter((place) => existsSync(place))) {
    const { status, stdout } = spawnSync(path, ['--version'], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
    });
    if (status === 0) return { path, env, version: stdout.trim().split('\n')[0] ?? '' };
  }
  return undefined;
}
