import { describe, expect, it } from 'vitest';
import config from '../../vitest.config.js';
import { chooseStages, testStages } from './test-stages.mjs';

const names = (args: string[]) => chooseStages(args).stages.map(({ name }) => name);

describe('chooseStages', () => {
  it('takes all without names, and the named ones in the order of the table', () => {
    expect(names([])).toEqual(testStages.map(({ name }) => name));
    expect(names(['database', 'unit'])).toEqual(['unit', 'database']);
  });

  it('hands on what follows the second dashes', () => {
    expect(chooseStages(['unit', '--', 'outbox', '-t', 'lane'])).toMatchObject({
      filters: ['outbox', '-t', 'lane'],
      stages: [{ name: 'unit' }],
    });
  });

  it('refuses a stage it does not know', () => {
    expect(() => chooseStages(['units'])).toThrow('There is no stage "units"');
  });
});

describe('the stages', () => {
  it('are the projects of vitest.config.ts', () => {
    const projects = config.test?.projects?.map((project) =>
      typeof project === 'object' && 'test' in project ? project.test?.name : undefined,
    );
    expect(projects).toEqual(testStages.map(({ name }) => name));
  });
});
