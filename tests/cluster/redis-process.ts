import { freePort } from '../services/free-port.mjs';
import { openRun, startRedis } from '../services/index.mjs';

/** A Redis of its own, to be killed and started again empty at the same address. */
export interface RedisProcess {
  readonly url: string;
  /** Ends it as a power cut would; resolves when it is gone. */
  kill9(): Promise<void>;
  /** Starts another, empty one. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function openRedis(): Promise<RedisProcess> {
  const run = openRun();
  const port = await freePort();
  try {
    let redis = await startRedis(run, { port });
    return {
      url: redis.url,
      kill9: () => redis.stop('SIGKILL'),
      restart: async () => {
        redis = await startRedis(run, { port });
      },
      close: () => run.close(),
    };
  } catch (error) {
    await run.close();
    throw error;
  }
}
