/**
 * The stages of `npm run check`. A stage answers with the lines that describe what is wrong (none: all is well) and, where it
 * measured something worth seeing, a note.
 *
 * @typedef {{ problems: string[], note?: string }} CheckResult
 * @typedef {{ name: string, needsBuild: boolean, check: () => Promise<CheckResult> }} CheckStage
 */
import { checkArchitecture } from './architecture.mjs';
import { checkPackages } from './packages.mjs';
import { checkReference } from './reference.mjs';
import { checkSizes } from './sizes.mjs';
import { checkFormatAndLint, checkUnused } from './sources.mjs';
import { checkTypes } from './types.mjs';

/** @type {CheckStage[]} */
export const checkStages = [
  { name: 'biome', needsBuild: false, check: checkFormatAndLint },
  { name: 'architecture', needsBuild: false, check: checkArchitecture },
  // The examples are checked against what a stranger installs.
  { name: 'types', needsBuild: true, check: checkTypes },
  { name: 'reference', needsBuild: false, check: checkReference },
  { name: 'knip', needsBuild: false, check: checkUnused },
  { name: 'packages', needsBuild: true, check: checkPackages },
  { name: 'size', needsBuild: true, check: checkSizes },
];
