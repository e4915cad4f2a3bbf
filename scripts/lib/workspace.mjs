import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

/**
 * @typedef {object} WorkspacePackage
 * @property {string} name    as in package.json
 * @property {string} label   the folder's name, short for people
 * @property {string} folder  absolute
 * @property {boolean} isPublic
 * @property {string | undefined} build  its build script
 * @property {string[]} uses  names of the workspace packages it depends on
 */

/** Every package of the workspace, dependencies before those who use them. @returns {WorkspacePackage[]} */
export function listPackages() {
  const folders = ['packages', 'examples'].flatMap((parent) =>
    existsSync(join(root, parent))
      ? readdirSync(join(root, parent)).map((name) => join(root, parent, name))
      : [],
  );
  folders.push(...['docs', 'tests', 'bench'].map((name) => join(root, name)));
  return inOrder(folders.filter((folder) => existsSync(join(folder, 'package.json'))).map(readPackage));
}

/** @param {string} folder @returns {WorkspacePackage} */
function readPackage(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const dependencies = { ...manifest.dependencies, ...manifest.devDependencies };
  return {
    name: manifest.name,
    label: folder.split(/[\\/]/).at(-1) ?? manifest.name,
    folder,
    isPublic: manifest.private !== true,
    build: manifest.scripts?.build,
    uses: Object.keys(dependencies).filter((name) => String(dependencies[name]).startsWith('workspace:')),
  };
}

/** @param {WorkspacePackage[]} packages @returns {WorkspacePackage[]} */
function inOrder(packages) {
  const byName = new Map(packages.map((each) => [each.name, each]));
  /** @type {Set<WorkspacePackage>} */
  const ordered = new Set();
  /** @param {WorkspacePackage} each */
  const visit = (each) => {
    for (const name of each.uses) {
      const used = byName.get(name);
      if (used && !ordered.has(used)) visit(used);
    }
    ordered.add(each);
  };
  packages.forEach(visit);
  return [...ordered];
}
