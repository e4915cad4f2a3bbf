import { connect } from 'node:net';
import { freePort } from '../services/free-port.mjs';
import { openRun, startRedis, startSentinel } from '../services/index.mjs';
import { waitFor } from './wait-for.js';

const patienceMs = 20_000;

export interface RedisKind {
  /** For PARLEY_REDIS_URL. */
  readonly url: string;
  close(): Promise<void>;
}

/** Three masters that share the slots. */
export async function openRedisCluster(): Promise<RedisKind> {
  const run = openRun();
  try {
    const nodes: { port: number; busPort: number }[] = [];
    for (let count = 0; count < 3; count += 1) {
      const busPort = await freePort();
      const settings = { 'cluster-enabled': 'yes', 'cluster-port': String(busPort) };
      const { port } = await startRedis(run, { settings });
      nodes.push({ port, busPort });
    }
    const [first] = nodes;
    if (first === undefined) throw new Error('a cluster has nodes');
    const share = Math.ceil(16_384 / nodes.length);
    for (const [index, { port, busPort }] of nodes.entries()) {
      const last = Math.min(16_383, (index + 1) * share - 1);
      await ask(port, `CLUSTER ADDSLOTSRANGE ${index * share} ${last}`);
      if (index > 0) await ask(first.port, `CLUSTER MEET 127.0.0.1 ${port} ${busPort}`);
    }
    const isWhole = async (): Promise<boolean> => {
      const infos = await Promise.all(nodes.map(({ port }) => ask(port, 'CLUSTER INFO')));
      return infos.every(
        (info) => info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3'),
      );
    };
    if (!(await waitFor(isWhole, patienceMs))) throw new Error('the Redis nodes did not become a cluster');
    const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
    return { url: `redis+cluster://${hosts}`, close: () => run.close() };
  } catch (error) {
    await run.close();
    throw error;
  }
}

/** A server with a replica, and a sentinel that makes the replica the server when it is gone. */
export async function openWatchedRedis(): Promise<RedisKind & { readonly killMaster: () => Promise<void> }> {
  const run = openRun();
  try {
    const master = await startRedis(run);
    const replica = await startRedis(run, { settings: { replicaof: `127.0.0.1 ${master.port}` } });
    const sentinel = await startSentinel(run, { name: 'parley', port: master.port });
    const isWatched = async (): Promise<boolean> =>
      (await ask(sentinel.port, 'SENTINEL MASTER parley')).includes('num-slaves\r\n$1\r\n1') &&
      (await ask(replica.port, 'INFO replication')).includes('master_link_status:up');
    if (!(await waitFor(isWatched, patienceMs))) throw new Error('the sentinel did not find the replica');
    return {
      url: `redis+sentinel://127.0.0.1:${sentinel.port}/parley`,
      killMaster: async () => {
        await master.stop('SIGKILL');
        const isMaster = async (): Promise<boolean> =>
          (await ask(replica.port, 'INFO replication')).includes('role:master');
        if (!(await waitFor(isMaster, patienceMs))) throw new Error('the replica did not take over');
      },
      close: () => run.close(),
    };
  } catch (error) {
    await run.close();
    throw error;
  }
}

/** One command and the raw answer; errors of Redis are thrown. */
function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.end(`${command}\r\nQUIT\r\n`));
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      answer += text;
    });
    socket.on('error', reject);
    socket.on('close', () => {
      if (answer.startsWith('-')) reject(new Error(`${command}: ${answer}`));
      else resolve(answer);
    });
  });
}
