/**
 * Several nodes on one database behind one balancer, and what can happen to them.
 *
 * Clients know the balancer's address only. A node that is asked to end is left out first, as a balancer that looks at `/ready` does; one that is killed or
 * stopped is not, until the test says so: new connections are tried there as well.
 */

import { startServer, type TestServer } from '../support/start-server.js';
import { openTestStore, type TestStore } from '../support/test-store.js';
import { Balancer } from './balancer.js';
import { openRedis, type RedisProcess } from './redis-process.js';
import { type Counts, scrape, sumOf } from './scrape.js';

export interface ClusterOptions {
  readonly nodes: number;
  readonly hasRedis: boolean;
  /** More settings of every node. */
  readonly env?: Readonly<Record<string, string>>;
}

export class Cluster {
  readonly #balancer: Balancer;
  readonly #store: TestStore;
  readonly #env: Readonly<Record<string, string>>;
  readonly #nodes: (TestServer | undefined)[] = [];
  /** What nodes had counted when they ended. */
  readonly #ended: Counts[] = [];
  readonly redis: RedisProcess | undefined;

  private constructor(parts: {
    readonly balancer: Balancer;
    readonly store: TestStore;
    readonly env: Readonly<Record<string, string>>;
    readonly redis: RedisProcess | undefined;
  }) {
    this.#balancer = parts.balancer;
    this.#store = parts.store;
    this.#env = parts.env;
    this.redis = parts.redis;
  }

  /** Starts everything. What was started is ended when something does not start. */
  static async open({ nodes, hasRedis, env = {} }: ClusterOptions): Promise<Cluster> {
    const [balancer, store] = await Promise.all([Balancer.open(), openTestStore('postgres')]);
    const redis = hasRedis ? await openRedis() : undefined;
    const settings = {
      PARLEY_SECRET: 'the nodes of one cluster share one key, this one',
      ...(redis === undefined ? {} : { PARLEY_REDIS_URL: redis.url }),
      ...env,
    };
    const cluster = new Cluster({ balancer, store, env: settings, redis });
    try {
      // One after the other: the first one makes the tables.
      for (let index = 0; index < nodes; index += 1) await cluster.start(index);
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  /** Where clients connect. */
  get url(): string {
    return this.#balancer.url;
  }

  get databaseUrl(): string {
    return this.#store.databaseUrl ?? '';
  }

  get size(): number {
    return this.#nodes.length;
  }

  /** The address of one node, past the balancer. */
  urlOf(index: number): string {
    return this.#node(index).url;
  }

  pidOf(index: number): number {
    return this.#node(index).pid;
  }

  /** Starts a node and sends connections there. */
  async start(index: number): Promise<void> {
    const server = await startServer({ ...this.#store, env: this.#env });
    this.#nodes[index] = server;
    this.#balancer.include(`node ${index}`, { host: '127.0.0.1', port: Number(new URL(server.url).port) });
  }

  /** Asks a node to end, as a deploy does; resolves when it is gone. Throws when it ends badly. */
  async stop(index: number): Promise<void> {
    const server = this.#node(index);
    this.#balancer.leaveOut(`node ${index}`);
    this.#ended.push(await scrape(server.url));
    await server.stop();
    this.#nodes[index] = undefined;
  }

  async kill9(index: number): Promise<void> {
    const server = this.#node(index);
    this.#ended.push(await scrape(server.url));
    this.#nodes[index] = undefined;
    await server.kill9();
  }

  /** The node stands still: its connections stay, and nothing moves on them. */
  freeze(index: number): void {
    process.kill(this.#node(index).pid, 'SIGSTOP');
  }

  thaw(index: number): void {
    process.kill(this.#node(index).pid, 'SIGCONT');
  }

  leaveOut(index: number): void {
    this.#balancer.leaveOut(`node ${index}`);
  }

  include(index: number): void {
    this.#balancer.include(`node ${index}`, {
      host: '127.0.0.1',
      port: Number(new URL(this.urlOf(index)).port),
    });
  }

  /** Counts the sockets that are opened from now on; asked again, tells of all since. */
  countUpgrades(): () => { readonly total: number; readonly mostInOneSecond: number } {
    const bySecond = new Map<number, number>();
    this.#balancer.watchUpgrades(() => {
      const second = Math.floor(performance.now() / 1000);
      bySecond.set(second, (bySecond.get(second) ?? 0) + 1);
    });
    return () => {
      const counts = [...bySecond.values()];
      return { total: counts.reduce((sum, each) => sum + each, 0), mostInOneSecond: Math.max(0, ...counts) };
    };
  }

  /** Sums of what all nodes have counted, those that are gone included. */
  async counts(): Promise<(name: string, label?: string) => number> {
    const running = this.#nodes.flatMap((node) => (node === undefined ? [] : [scrape(node.url)]));
    const all = [...this.#ended, ...(await Promise.all(running))];
    return (name, label) => sumOf(all, name, label);
  }

  /** Everything the nodes have printed: warnings and errors. */
  output(): string {
    return this.#nodes.map((node, index) => `node ${index}:\n${node?.output() ?? ''}`).join('\n');
  }

  /** Ends everything, whatever state it is in. */
  async close(): Promise<void> {
    await this.#balancer.close();
    await Promise.all(this.#nodes.map((node) => node?.kill9()));
    await this.redis?.close();
    await this.#store.close();
  }

  #node(index: number): TestServer {
    const node = this.#nodes[index];
    if (node === undefined) throw new Error(`node ${index} does not run`);
    return node;
  }
}
