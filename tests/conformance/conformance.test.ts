import { afterAll, beforeAll, describe } from 'vitest';
import { describeBatch } from './batch.suite.js';
import { describeFrames } from './frames.suite.js';
import { describeHttp } from './http.suite.js';
import { describeInvalidInputs } from './invalid.suite.js';
import { describeOperations } from './operations.suite.js';
import { describeOwnLog } from './own-log.suite.js';
import { describePolicy } from './policy.suite.js';
import { describeRepeats } from './repeats.suite.js';
import { describeResume } from './resume.suite.js';
import { listTargets, type OpenTarget } from './target.js';
import { openWorld, type World } from './world.js';

describe.each(listTargets())('$name', ({ open, hasSecret }) => {
  let target: OpenTarget | undefined;
  let opened: World | undefined;
  beforeAll(async () => {
    target = await open();
    opened = await openWorld(target);
  });
  afterAll(async () => {
    await opened?.close();
    await target?.close();
  });
  const world = (): World => {
    if (opened === undefined) throw new Error('the server did not start');
    return opened;
  };

  describe('operations', () => describeOperations(world));
  describe('policy', () => describePolicy(world));
  describe('invalid inputs', () => describeInvalidInputs(world));
  describe('HTTP', () => describeHttp(world));
  describe('frames', () => describeFrames(world, hasSecret));
  describe('batches', () => describeBatch(world));
  describe('repeats', () => describeRepeats(world));
  describe('events and catching up', () => describeResume(world));
  describe('one’s own log', () => describeOwnLog(world));
});
