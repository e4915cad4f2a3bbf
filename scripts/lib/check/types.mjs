import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { inParallel } from '../in-parallel.mjs';
import { installed } from '../installed.mjs';
import { run } from '../processes.mjs';
import { root } from '../root.mjs';
import { listPackages } from '../workspace.mjs';

/** tsc over every project of the workspace, two at a time. @returns {Promise<import('./stages.mjs').CheckResult>} */
export async function checkTypes() {
  const folders = [...listPackages().map((each) => each.folder), join(root, 'scripts')];
  const projects = folders.map((folder) => join(folder, 'tsconfig.json')).filter((path) => existsSync(path));
  const outputs = await inParallel(projects, 2, async (project) => {
    const { code, output } = await run(installed('tsc'), ['--noEmit', '--pretty', 'false', '-p', project]);
    return code === 0 ? [] : [`${relative(root, project)}:\n${output.trim()}`];
  });
  return { problems: outputs.flat(), note: `${projects.length} projects` };
}
