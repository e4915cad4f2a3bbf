import { findViolations } from '../architecture.mjs';
import { describeSizes } from '../architecture-size.mjs';
import { root } from '../root.mjs';

/** @returns {Promise<import('./stages.mjs').CheckResult>} */
export async function checkArchitecture() {
  return { problems: await findViolations(root), note: describeSizes(root) };
}
