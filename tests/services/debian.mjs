/**
 * Programs from Debian's packages.
 *
 * They are unpacked into `.cache/test-tools` of the repository, with those of their dependencies the machine lacks. Nothing is
 * installed: no maintainer script runs (PostgreSQL's would create and start a cluster, Redis's a service), no file outside the
 * repository changes, and without root it works as well where package lists are there. Only if what was unpacked does not run
 * does root fall back to a real `apt-get install`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRoot } from './unprivileged.mjs';

const cache = fileURLToPath(new URL('../../.cache/test-tools', import.meta.url));
let listsAreFresh = false;

/**
 * @param {string[]} names  packages that must lie in one folder, also where the system has some of them; one that only stands
 *   for a versioned one ("postgresql") brings that
 * @param {(line: string) => void} say
 * @returns {string} the folder that stands for `/`
 */
export function debianFolder(names, say) {
  const [name = ''] = names;
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  if (!hasCommand('apt-get') || !hasCommand('dpkg-deb'))
    throw new Error('This system has no Debian packages (no apt-get).');
  say(`Fetching ${name} from Debian's packages ...`);
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'unpacking-'));
  try {
    download(names, work);
    unpack(work);
    renameSync(join(work, 'root'), folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

/** A real installation, for when unpacking was not enough. @param {string[]} names @param {(line: string) => void} say */
export function installDebian(names, say) {
  const name = names.join(' ');
  if (!isRoot || !hasCommand('apt-get'))
    throw new Error(`Not root, so "apt-get install ${name}" is not possible.`);
  say(`Installing ${name} from Debian's packages ...`);
  refreshLists();
  apt(['install', '-y', '--no-install-recommends', ...names], `install ${name}`);
}

/** @param {string} root @returns {string} LD_LIBRARY_PATH for a program unpacked there */
export function libraryPath(root) {
  const parents = ['usr/lib', 'lib'].flatMap((lib) =>
    listFolders(join(root, lib)).filter((path) => /-linux-/.test(path)),
  );
  const withChildren = parents.flatMap((path) => [path, ...listFolders(path)]);
  return withChildren.filter((path) => readdirSync(path).some((file) => file.includes('.so'))).join(':');
}

/** @param {string[]} names @param {string} work */
function download(names, work) {
  refreshLists();
  const archives = join(work, 'archives');
  mkdirSync(join(archives, 'partial'), { recursive: true });
  // Without locking: the folder is ours alone, and dpkg's state is only read.
  const options = [
    '-o',
    `Dir::Cache::Archives=${archives}`,
    '-o',
    'Debug::NoLocking=1',
    '-o',
    'APT::Sandbox::User=',
  ];
  const flags = ['-y', '--download-only', '--reinstall', '--no-install-recommends'];
  apt([...options, 'install', ...flags, ...names.flatMap(standsFor)], `download ${names[0]}`);
}

/** @param {string} work */
function unpack(work) {
  const archives = readdirSync(join(work, 'archives')).filter((file) => file.endsWith('.deb'));
  for (const file of archives) {
    const { status, stderr } = spawnSync(
      'dpkg-deb',
      ['-x', join(work, 'archives', file), join(work, 'root')],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`dpkg-deb could not unpack ${file}: ${stderr}`);
  }
}

/** "postgresql" is empty and depends on "postgresql-15"; a reinstall must name that one. @param {string} name */
function standsFor(name) {
  const { stdout } = spawnSync('apt-cache', ['depends', '--important', name], { encoding: 'utf8' });
  const dependencies = [...(stdout ?? '').matchAll(/Depends: (\S+)/g)].map((match) => match[1] ?? '');
  return [name, ...dependencies.filter((each) => new RegExp(`^${name}-\\d+$`).test(each))];
}

function refreshLists() {
  if (listsAreFresh || !isRoot) return;
  listsAreFresh = true;
  try {
    apt(['update'], 'update the package lists');
  } catch (error) {
    // Offline with lists from before, the packages may still be in a cache or mirror: the download itself will tell.
    if (!existsSync('/var/lib/apt/lists')) throw error;
  }
}

/** @param {string[]} args @param {string} purpose */
function apt(args, purpose) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const { status, stdout, stderr } = spawnSync('apt-get', args, {
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status === 0) return;
  const log = join(cache, `apt-${purpose.replaceAll(' ', '-')}.log`);
  mkdirSync(cache, { recursive: true });
  writeFileSync(log, `apt-get ${args.join(' ')}\n\n${stdout}\n${stderr}`);
  const [reason = ''] = stderr.match(/^E: .*$/m) ?? [];
  throw new Error(`apt-get could not ${purpose}. ${reason} The whole output is in ${log}`);
}

/** @param {string} command */
function hasCommand(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** @param {string} folder */
function listFolders(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return entries.map((entry) => join(folder, entry.name));
}
