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
    const first = await startServer(store);
    const abandon = new AbortController();
    let restarting = Promise.resolve(first);
    try {
      const site = new Site();
      const scene = await setUpScene(first.url, site, createRandom(seed));
      const workers = [...scene.lanes, scene.changes].map((worker) => worker.run());
      let stopWatching = () => {};
      const watching = scene.observer.run(
        new Promise((resolve) => {
          stopWatching = resolve;
        }),
      );
      restarting = killAndRestart({
        store,
        site,
        first,
        random: createRandom(seed + 1),
        signal: abandon.signal,
      });
      const server = await orFailure(restarting, [...workers, watching]);
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
      expect(verdict.hasSeenAll, 'the observer never got to the end of the log').toBe(true);
      expect(verdict.changes.inLog).toEqual(verdict.changes.acknowledged);
      expect(verdict.messages).toBe(verdict.acknowledged);
      expect(
        verdict.unknownResolved,
        'no kill met a message under way, so nothing was tried',
      ).toBeGreaterThan(0);
    } finally {
      abandon.abort();
      await (await restarting).kill9();
      await store.close();
    }
  });
});

interface Killing {
  readonly store: TestStore;
  readonly site: Site;
  readonly first: TestServer;
  readonly random: () => number;
  /** The test has failed: no more kills, and the server there is comes back. */
  readonly signal: AbortSignal;
}

/** Kills the server and starts another on the same data, again and again; gives the last one, which lives and has acknowledged something. */
async function killAndRestart({ store, site, first, random, signal }: Killing): Promise<TestServer> {
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  let server = first;
  for (let count = 0; count < kills; count += 1) {
    await Promise.race([site.rise(server), aborted]);
    // The moment is the thing under test, so this waits for a time and not for an event.
    await Promise.race([delay(killAfterMs.min + random() * (killAfterMs.max - killAfterMs.min)), aborted]);
    if (signal.aborted) return server;
    site.fall();
    await server.kill9();
    server = await startServer(store);
  }
  await Promise.race([site.rise(server), aborted]);
  return server;
}

/** The result, unless a worker fails first; a worker that ends well changes nothing. */
function orFailure<Result>(result: Promise<Result>, workers: readonly Promise<void>[]): Promise<Result> {
  return new Promise((resolve, reject) => {
    result.then(resolve, reject);
    for (const worker of workers) worker.catch(reject);
  });
}
