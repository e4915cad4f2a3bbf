import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
})
  .toString()
  .split('\n')
  .filter((page) => page !== '' && existsSync(join(root, page)));

describe('the documents', () => {
  it.each(pages)('%s links only to files that exist', (page) => {
    const targets = [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].map(
      ([, target]) => target ?? '',
    );
    const local = targets.filter((target) => !/^(https?:|mailto:|#)/.test(target));
    expect(
      local.filter((target) => !existsSync(join(root, dirname(page), target.replace(/#.*/, '')))),
    ).toEqual([]);
  });
});
