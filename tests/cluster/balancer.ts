import { connect, createServer, type Server, type Socket } from 'node:net';

/** Where a connection can go. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/**
 * A load balancer of TCP connections in front of nodes: each new connection goes to the next node in turn that takes it. It knows nothing of what passes;
 * when either end goes, so does the other.
 */
export class Balancer {
  readonly #server: Server;
  readonly #targets = new Map<string, Target>();
  readonly #left = new Set<string>();
  readonly #connections = new Set<Socket>();
  #turn = 0;
  #onUpgrade = () => {};

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.#take(socket));
  }

  static open(): Promise<Balancer> {
    const server = createServer();
    const balancer = new Balancer(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(balancer));
    });
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the balancer does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** New connections may go to this node from now on. */
  include(name: string, target: Target): void {
    this.#targets.set(name, target);
    this.#left.delete(name);
  }

  /** No new connection goes to this node. Those there are stay. */
  leaveOut(name: string): void {
    this.#left.add(name);
  }

  /** Calls back for every connection that begins by asking for a socket. */
  watchUpgrades(callback: () => void): void {
    this.#onUpgrade = callback;
  }

  async close(): Promise<void> {
    for (const socket of this.#connections) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(client: Socket): void {
    this.#watch(client);
    client.pause();
    this.#forward(client, this.#order());
  }

  /** The nodes in the order they are to be tried, another one first every time. */
  #order(): Target[] {
    const targets = [...this.#targets].filter(([name]) => !this.#left.has(name)).map(([, target]) => target);
    this.#turn += 1;
    const first = this.#turn % Math.max(1, targets.length);
    return [...targets.slice(first), ...targets.slice(0, first)];
  }

  #forward(client: Socket, [target, ...others]: Target[]): void {
    if (target === undefined) {
      client.destroy();
      return;
    }
    const node = connect(target.port, target.host);
    this.#watch(node);
    const tryNext = (): void => this.#forward(client, others);
    node.once('error', tryNext);
    node.once('connect', () => {
      node.off('error', tryNext);
      node.setNoDelay(true);
      client.setNoDelay(true);
      client.once('data', (first: Buffer) => {
        if (first.subarray(0, 14).toString() === 'GET /v1/socket') this.#onUpgrade();
      });
      client.pipe(node);
      node.pipe(client);
      client.once('close', () => node.destroy());
      node.once('close', () => client.destroy());
    });
  }

  #watch(socket: Socket): void {
    this.#connections.add(socket);
    // A reset is a close like any other here.
    socket.on('error', () => {});
    socket.once('close', () => this.#connections.delete(socket));
  }
}
