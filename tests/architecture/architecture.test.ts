import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findViolations } from '../../scripts/lib/architecture.mjs';
import { type Plant, plant } from './plant.js';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const server = 'packages/server/src';
const client = 'packages/client-sdk/src';

/** What bad imports need to find at their other end; sound by itself. */
const soundFiles: Record<string, string> = {
  'node_modules/zod/package.json':
    '{"name":"zod","version":"4.0.0","type":"module","exports":{".":"./index.js"}}',
  'node_modules/zod/index.js': 'export const z = {};',
  'node_modules/fastify/package.json': '{"name":"fastify","version":"5.0.0","main":"index.js"}',
  'node_modules/fastify/index.js': 'module.exports = {};',
  'packages/protocol/src/index.ts': "export { z } from 'zod';",
  'packages/protocol/src/wire.ts': "export type { Shape } from './shape.js';",
  'packages/protocol/src/shape.ts':
    "import * as z from 'zod';\nexport type Shape = typeof z;\nexport const shape = z;",
  [`${server}/index.ts`]: "export { start } from './plugin.js';",
  [`${server}/plugin.ts`]: "import { Hub } from './fanout/hub.js';\nexport const start = () => new Hub();",
  [`${server}/lib/clock.ts`]: 'export class Clock {}',
  [`${server}/fanout/hub.ts`]:
    "import { Clock } from '../lib/clock.js';\nexport class Hub { clock = new Clock(); }",
  [`${server}/gateway/route.ts`]: 'export const route = 1;',
  [`${server}/features/pins/index.ts`]: "export { pin } from './pin.js';",
  [`${server}/features/pins/pin.ts`]: 'export const pin = 1;',
  [`${server}/features/users/index.ts`]: "export { pin } from '../pins/index.js';",
  [`${client}/client.ts`]:
    "export type { Shape } from '@parley/protocol';\nexport * as wire from '@parley/protocol/wire';",
  'tests/helper.ts': 'export const helper = 1;',
};

/** One bad file for each rule: the rule, where, what it says. */
const bad: [rule: string, file: string, text: string][] = [
  ['no-cycles', `${server}/lib/ring-a.ts`, "import type { B } from './ring-b.js';\nexport type A = B;"],
  ['not-resolved', `${server}/lib/lost.ts`, "export { lost } from './nowhere.js';"],
  ['server-layers-lib', `${server}/lib/upward.ts`, "export type { Hub } from '../fanout/hub.js';"],
  ['server-layers-config-db', `${server}/db/upward.ts`, "export type { Hub } from '../fanout/hub.js';"],
  ['server-layers-fanout', `${server}/fanout/upward.ts`, "export { thing } from '../kernel/thing.js';"],
  ['server-layers-limits', `${server}/limits/upward.ts`, "export { thing } from '../kernel/thing.js';"],
  [
    'server-layers-eventlog-access-jobs',
    `${server}/jobs/upward.ts`,
    "export { thing } from '../kernel/thing.js';",
  ],
  ['server-layers-kernel', `${server}/kernel/upward.ts`, "export { pin } from '../features/pins/index.js';"],
  ['server-layers-features-gateway', `${server}/gateway/upward.ts`, "export { start } from '../plugin.js';"],
  ['server-layers-cli', `${server}/cli/helped.ts`, "export { seed } from '../testing/seed.js';"],
  [
    'features-blind-to-gateway',
    `${server}/features/pins/web.ts`,
    "export { route } from '../../gateway/route.js';",
  ],
  [
    'gateway-blind-to-features',
    `${server}/gateway/pins.ts`,
    "export { pin } from '../features/pins/index.js';",
  ],
  [
    'features-blind-to-each-other',
    `${server}/features/users/peek.ts`,
    "export { pin } from '../pins/pin.js';",
  ],
  [
    'features-know-no-library-of-transport',
    `${server}/features/users/web.ts`,
    "export * as web from 'fastify';",
  ],
  ['client-layers-lib', `${client}/lib/upward.ts`, "export { cache } from '../cache/cache.js';"],
  ['client-layers-cache', `${client}/cache/upward.ts`, "export { lane } from '../outbox/lane.js';"],
  ['client-layers-session-call', `${client}/session.ts`, "export * as client from './client.js';"],
  ['protocol-alone', 'packages/protocol/src/up.ts', "export { start } from '@parley/server';"],
  ['server-direction', `${server}/lib/sdk.ts`, "export * as sdk from '@parley/client-sdk';"],
  ['client-direction', `${client}/lib/server.ts`, "export { start } from '@parley/server';"],
  ['hooks-direction', 'packages/react-hooks/src/up.ts', "export { start } from '@parley/server';"],
  [
    'packages-stand-alone',
    `${server}/lib/test-help.ts`,
    "export { helper } from '../../../../tests/helper.js';",
  ],
  [
    'packages-by-name',
    'examples/chat/src/main.ts',
    "export * from '../../../packages/client-sdk/src/client.js';",
  ],
  ['client-takes-wire', `${client}/lib/schemas.ts`, "export { z } from '@parley/protocol';"],
  ['client-takes-no-node', `${client}/lib/files.ts`, "export { readFileSync } from 'node:fs';"],
  ['client-takes-no-zod', `${client}/lib/zod.ts`, "export { z } from 'zod';"],
  ['sources-import-no-tests', `${server}/lib/from-test.ts`, "export { t } from './some.test.js';"],
  [
    'only-roots-construct',
    `${server}/kernel/maker.ts`,
    "import { Hub } from '../fanout/hub.js';\nexport const hub = new Hub();",
  ],
  ['every-file-has-a-layer', `${server}/helpers/misc.ts`, 'export const misc = 1;'],
  ['file-size', `${server}/lib/long.ts`, 'export {};\n'.repeat(401)],
];

const otherEnds: Record<string, string> = {
  [`${server}/lib/ring-b.ts`]: "import type { A } from './ring-a.js';\nexport type B = A;",
  [`${server}/lib/some.test.ts`]: 'export const t = 1;',
  [`${server}/kernel/thing.ts`]: 'export const thing = 1;',
  [`${server}/testing/seed.ts`]: 'export const seed = 1;',
  [`${client}/index.ts`]: 'export const sdk = 1;',
  [`${client}/cache/cache.ts`]: 'export const cache = 1;',
  [`${client}/outbox/lane.ts`]: 'export const lane = 1;',
};

describe('the architecture', () => {
  it('is kept by every file of the repository', async () => {
    expect(await findViolations(root)).toEqual([]);
  }, 60_000);
});

describe('the rules', () => {
  let spoiled: Plant;
  let findings: string[];

  beforeAll(async () => {
    const badFiles = Object.fromEntries(bad.map(([, file, text]) => [file, text]));
    spoiled = plant({ ...soundFiles, ...otherEnds, ...badFiles });
    findings = await findViolations(spoiled.folder);
  }, 60_000);

  afterAll(() => spoiled.remove());

  it.each(bad)('%s refuses %s', (rule, file) => {
    expect(findings.filter((line) => line.includes(file) && line.includes(`(${rule}:`))).not.toEqual([]);
  });

  it('have nothing against what is sound', async () => {
    const sound = plant(soundFiles);
    expect(await findViolations(sound.folder)).toEqual([]);
    sound.remove();
  });

  it('wire-without-zod refuses a run-time road from wire to zod, however long', async () => {
    const leaking = plant({
      ...soundFiles,
      'packages/protocol/src/wire.ts': "export { shape } from './shape.js';",
    });
    expect(await findViolations(leaking.folder)).toEqual([expect.stringContaining('(wire-without-zod:')]);
    leaking.remove();
  });
});
