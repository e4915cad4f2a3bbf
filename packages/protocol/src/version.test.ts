import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { protocolVersion, supportedVersions } from './version.js';

it('the newest supported version is the current one, and the diary tells of each', () => {
  const diary = readFileSync(new URL('./version.ts', import.meta.url), 'utf8');
  expect(Math.max(...supportedVersions)).toBe(protocolVersion);
  for (const version of supportedVersions) expect(diary).toContain(` * - ${version} (`);
});
