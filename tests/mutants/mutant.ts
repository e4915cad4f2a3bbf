/**
 * A mutant: the smallest change of one file that breaks one rule. A suite that does not notice it has a hole.
 *
 * Mutants are applied to what is built and loaded, never to the files themselves: a run leaves the tree as it was, however it ends.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Mutant {
  /** What it lets happen: `a stranger reads`. */
  readonly name: string;
  readonly kind: 'policy';
  /** From the root of the repository. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  readonly caughtBy: Catcher;
}

/** The tests that must fail. */
export interface Catcher {
  /** A test file, from the root of the repository. */
  readonly file: string;
  /** The project of vitest it belongs to; the servers of `conformance` are processes of their own, built with the mutant. */
  readonly project: 'unit' | 'database' | 'conformance';
  /** A regular expression over full names, as `-t` takes it; narrow, so that a mutant takes seconds. */
  readonly tests: string;
}

/** One rule of a file that is gone. */
export interface Gone extends Pick<Mutant, 'name' | 'find' | 'replace'> {
  /** @default the catcher of the file */
  readonly caughtBy?: Catcher;
}

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The rules of policy in one file of a package. */
export function policyOf(file: string, caughtBy: Catcher, rules: readonly Gone[]): Mutant[] {
  return rules.map((rule) => ({ kind: 'policy', file: `packages/${file}`, caughtBy, ...rule }));
}

/** The file with the rule gone. Throws when the text to replace does not stand there exactly once. */
export function mutate({
  name,
  file,
  find,
  replace,
}: Pick<Mutant, 'name' | 'file' | 'find' | 'replace'>): string {
  const source = readFileSync(root + file, 'utf8');
  const times = source.split(find).length - 1;
  if (times !== 1) throw new Error(`mutant "${name}": its text stands ${times} times in ${file}`);
  return source.replace(find, () => replace);
}
