import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { mutate } from './mutant.js';
import { mutants } from './mutants.js';

describe('the mutants', () => {
  it('have names of their own', () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  });

  it('are at least sixty of policy', () => {
    expect(mutants.filter(({ kind }) => kind === 'policy').length).toBeGreaterThanOrEqual(60);
  });

  it.each(mutants)(
    '$name: its text stands once in its file, which can still be read with the rule gone',
    (mutant) => {
      const text = mutate(mutant);
      if (mutant.file.endsWith('.sql')) return;
      const { diagnostics } = ts.transpileModule(text, {
        fileName: mutant.file,
        reportDiagnostics: true,
        compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
      });
      expect(diagnostics?.map(({ messageText }) => messageText)).toEqual([]);
    },
  );

  it.each(mutants)('$name: its tests are named by a regular expression', ({ caughtBy }) => {
    expect(() => new RegExp(caughtBy.tests)).not.toThrow();
  });
});
