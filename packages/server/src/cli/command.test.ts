import { describe, expect, it } from 'vitest';
import { readFlags } from './command.js';

const command = {
  flags: { '--to': { value: 'url', describe: 'Where to.' }, '--again': { describe: 'Once more.' } },
};
const read = (...given: string[]) => readFlags(command, { PORT: '1', HOME: '/' }, given);

describe('the flags of a command', () => {
  it('are settings, which go over the environment, or its own', () => {
    expect(read('--port', '80', '--data-dir=/data', '--to', 'postgres://a=b', '--again')).toEqual({
      env: { PORT: '80', PARLEY_DATA_DIR: '/data', HOME: '/' },
      flags: { '--to': 'postgres://a=b', '--again': 'true' },
    });
  });

  it.each([
    ['--prot', '--port'],
    ['--data-dri', '--data-dir'],
    ['--agian', '--again'],
    ['--database', '--database-url'],
  ])('%s is refused with a hint at %s', (wrong, meant) => {
    expect(() => read(wrong, 'x')).toThrow(
      `${wrong} is neither a setting nor a flag of this command. Did you mean ${meant}?`,
    );
  });

  it('are refused without a hint where nothing is near, and without a value where one belongs', () => {
    expect(() => read('--frobnicate')).toThrow(
      /^--frobnicate is neither a setting nor a flag of this command\. `parley help`/,
    );
    expect(() => read('somewhere')).toThrow('somewhere is neither');
    expect(() => read('--to')).toThrow('--to needs a value.');
    expect(() => read('--again=1')).toThrow('--again takes no value.');
  });
});
