import net from 'node:net';

/** A way to a server that a test can cut, or leave open and silent. */
export interface TcpProxy {
  readonly port: number;
  /**
   * `open` carries; `cut` drops every connection and refuses new ones; `silent` leaves them open and carries nothing. A connection that was silent
   * once stays so, as one does that a firewall forgot.
   */
  set(mode: 'open' | 'cut' | 'silent'): void;
  close(): Promise<void>;
}

export async function openTcpProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<TcpProxy> {
  let mode: 'open' | 'cut' | 'silent' = 'open';
  const sockets = new Set<net.Socket>();
  const keep = (socket: net.Socket): net.Socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    return socket.on('close', () => sockets.delete(socket));
  };
  const server = net.createServer((client) => {
    keep(client);
    if (mode === 'cut') return client.destroy();
    let isSilent = false;
    const carries = (): boolean => {
      isSilent ||= mode === 'silent';
      return !isSilent;
    };
    const upstream = keep(net.connect(target.port, target.host));
    client.on('data', (data) => carries() && upstream.write(data));
    upstream.on('data', (data) => carries() && client.write(data));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    return client;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const dropAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    set: (next) => {
      mode = next;
      if (next === 'cut') dropAll();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        dropAll();
      }),
  };
}
