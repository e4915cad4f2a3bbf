import { connect } from 'node:net';

/** Bytes to a port and whatever comes back until the other side closes or falls silent. */
export function exchange(
  url: string,
  bytes: string | Uint8Array,
  patience: { readonly quietMs: number } = { quietMs: 1500 },
): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes));
    socket.setEncoding('latin1');
    socket.setTimeout(patience.quietMs, () => socket.destroy());
    socket.on('data', (text: string) => {
      answer += text;
    });
    // A reset is an answer, too: what came before it counts.
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

/** The status of each response in it. */
export function statusesOf(answer: string): number[] {
  return [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
}
