import type { Step } from './script.js';

/** Leaves out of a script what its failure does not need: halves first, then smaller parts. @param fails  runs a script; true when it still fails */
export async function shorten(
  script: readonly Step[],
  fails: (script: readonly Step[]) => Promise<boolean>,
): Promise<readonly Step[]> {
  let left = script;
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let from = 0; from < left.length; ) {
      const without = [...left.slice(0, from), ...left.slice(from + size)];
      if (await fails(without)) left = without;
      else from += size;
    }
  return left;
}

/** A script as lines, for people. */
export function describeScript(script: readonly Step[]): string {
  return script
    .map(
      ({ what, waitMs, device, draws }) =>
        `after ${waitMs} ms ${what}, device ${device % 4}, ${draws.map((draw) => draw.toFixed(3)).join(' ')}`,
    )
    .join('\n');
}
