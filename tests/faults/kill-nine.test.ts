import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { chooseSeed, createRandom } from '../support/random.js';
import { startServer, type TestServer } from '../support/start-server.js';
import { engines, openTestStore, type TestStore } from '../support/test-store.js';
import { judge, setUpScene } from './scene.js';
import { Site } from './site.js';

const kills = 20;
const killAfterMs = { min: 50, max: 600 };

describe.each(engines)('kill -9 at random moments, on the %s engine', (engine) => {
  it('loses, doubles and reorders nothing that was acknowledged', async () => {
    const seed = chooseSeed();
    const store = await openTestStore(engine);
    let server = await startServer(store);
    try {
      const site = new Site();
      const scene = await setUpScene(server.url, site, createRandom(seed));
      const workers = [...scene.lanes, scene.changes].map((worker) => worker.run());
      let stopWatching = () => {};
      const watching = scene.observer.run(
        new Promise((resolve) => {
          stopWatching = resolve;
        }),
      );
      const restarting = killAndRestart({ store, site, first: server, random: createRandom(seed + 1) });
      server = await orFailure(restarting, [...workers, watching]);
      site.close();
      await Promise.all(workers);
      const verdict = await judge(scene, { url: server.url, person: scene.reader });
      stopWatching();
      await watching;

      console.log(
        `kill -9 on ${engine}: ${kills} kills, ${verdict.messages} messages, ${verdict.acknowledged} acknowledged, ` +
          `${verdict.unknownResolved} unknown resolved, ${verdict.repeatsAnswered} repeats answered (PARLEY_TEST_SEED=${seed})`,
      );
      expect(verdict.violations.slice(0, 20), `PARLEY_TEST_SEED=${seed}`).toEqual([]);
      expect(verdict.changes.inLog).toEqual(verdict.changes.acknowledged);
      expect(verdict.messages).toBe(verdict.acknowledged);
      expect(
        verdict.unknownResolved,
        'no kill met a message under way, so nothing was tried',
      ).toBeGreaterThan(0);
    } finally {
      await server.kill9();
      await store.close();
    }
  });
});

interface Killing {
  readonly store: TestStore;
  readonly site: Site;
  readonly first: TestServer;
  readonly random: () => number;
}

/** Kills the server and starts another on the same data, again and again; gives the last one, which lives and has acknowledged something. */
async function killAndRestart({ store, site, first, random }: Killing): Promise<TestServer> {
  let server = first;
  for (let count = 0; count < kills; count += 1) {
    await site.rise(server);
    // The moment is the thing under test, so this waits for a time and not for an event.
    await delay(killAfterMs.min + random() * (killAfterMs.max - killAfterMs.min));
    site.fall();
    await server.kill9();
    server = await startServer(store);
  }
  await site.rise(server);
  return server;
}

/** The result, unless a worker fails first; a worker that ends well changes nothing. */
function orFailure<Result>(result: Promise<Result>, workers: readonly Promise<void>[]): Promise<Result> {
  return new Promise((resolve, reject) => {
    result.then(resolve, reject);
    for (const worker of workers) worker.catch(reject);
  });
}
