/**
 * The architecture test: import rules (.dependency-cruiser.mjs), the run-time reach of `@parley/protocol/wire`, who constructs,
 * files that stand in no layer, and the size of files. Each finding is one line that says where and why.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import rules, { clientLayers, serverLayers } from '../../.dependency-cruiser.mjs';
import { findForeignConstruction } from './architecture-construction.mjs';
import { findLongFiles, listSources } from './architecture-size.mjs';

const scanned = ['packages', 'examples', 'tests', 'bench', 'scripts'];

/**
 * @param {string} folder  the repository, or a small copy of its shape with something planted
 * @returns {Promise<string[]>} findings, empty when all is well
 */
export async function findViolations(folder) {
  const { modules, summary } = await readImports(folder);
  const broken = summary.violations.map((each) => {
    const path = each.cycle ? each.cycle.map((step) => step.name).join(' -> ') : each.to;
    return `${each.from} -> ${path} (${each.rule.name}: ${comments.get(each.rule.name)})`;
  });
  return [
    ...broken,
    ...findZodInWire(modules),
    ...findForeignConstruction(folder),
    ...findHomeless(folder),
    ...findLongFiles(folder),
  ];
}

const comments = new Map(rules.forbidden.map((rule) => [rule.name, rule.comment]));

/** @param {string} folder @returns {Promise<import('dependency-cruiser').ICruiseResult>} */
async function readImports(folder) {
  const tsConfig = join(folder, 'tsconfig.base.json');
  const { output } = await cruise(
    scanned.filter((name) => existsSync(join(folder, name))),
    /** @type {import('dependency-cruiser').ICruiseOptions} */ ({
      baseDir: folder,
      validate: true,
      ruleSet: rules,
      tsPreCompilationDeps: true,
      tsConfig: { fileName: tsConfig },
      doNotFollow: { path: 'node_modules' },
      exclude: { path: '(^|/)(dist|\\.cache|\\.parley)/|\\.sql$|\\.css$|\\.svg$' },
      enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
    }),
    { bustTheCache: true },
    { tsConfig: extractTsConfig(tsConfig) },
  );
  if (typeof output === 'string')
    throw new Error(`dependency-cruiser answered with text: ${output.slice(0, 300)}`);
  return output;
}

/**
 * What `wire` loads at run time, followed over every import that is not type-only.
 * @param {import('dependency-cruiser').IModule[]} modules
 */
function findZodInWire(modules) {
  const bySource = new Map(modules.map((module) => [module.source, module]));
  /** @type {string[][]} */
  const paths = [['packages/protocol/src/wire.ts']];
  const seen = new Set(paths.flat());
  for (const path of paths) {
    const { dependencies = [] } = bySource.get(path.at(-1) ?? '') ?? {};
    for (const { resolved, dependencyTypes } of dependencies) {
      if (dependencyTypes.includes('type-only') || seen.has(resolved)) continue;
      seen.add(resolved);
      paths.push([...path, resolved]);
    }
  }
  const reached = paths.filter((path) => /node_modules\/zod\//.test(path.at(-1) ?? ''));
  return reached.map(
    (path) => `${path.join(' -> ')} (wire-without-zod: @parley/protocol/wire carries no schema at run time)`,
  );
}

/** A file in a folder the tables do not name would be held to no rule at all. @param {string} folder */
function findHomeless(folder) {
  const homes = /** @type {const} */ ([
    ['packages/server/src/', serverLayers],
    ['packages/client-sdk/src/', clientLayers],
  ]);
  return homes.flatMap(([source, layers]) =>
    listSources(folder)
      .filter((file) => file.startsWith(source) && !file.endsWith('.d.ts'))
      .filter((file) => !layers.flat().includes(file.slice(source.length).split(/[/.]/)[0] ?? ''))
      .map((file) => `${file} (every-file-has-a-layer: the layer table does not name this place)`),
  );
}
