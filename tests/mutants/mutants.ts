import type { Mutant } from './mutant.js';
import { policyMutants } from './policy-mutants.js';

/** Every mutant there is. */
export const mutants: readonly Mutant[] = [...policyMutants];
