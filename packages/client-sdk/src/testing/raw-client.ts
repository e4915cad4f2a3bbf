/** A client of a test server with nothing between the test and the wire but what the test puts there. Tests only. */
import type { DownFrame, HelloFrame, Session, WelcomeFrame } from '@parley/protocol/wire';
import type { Socket } from '../platform/platform.js';
import type { TestServer } from '../testing-server/test-server.js';

type Line = Pick<TestServer, 'fetch' | 'openSocket'>;

const base = 'https://chat.test';

/** A request whose answer is its body. */
export async function ask(
  line: Pick<Line, 'fetch'>,
  route: string,
  { token, body }: { readonly token?: string; readonly body?: object } = {},
): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> | null }> {
  const [method = 'GET', path = ''] = route.split(' ');
  const response = await line.fetch(`${base}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

/** Makes an account. */
export async function signUp(line: Pick<Line, 'fetch'>, username: string): Promise<Session> {
  const body = { username, password: `secret of ${username}` };
  // The server's own answer to a registration.
  return (await ask(line, 'POST /v1/auth/register', { body })).body as unknown as Session;
}

export interface RawClient {
  readonly socket: Socket;
  /** What came, in its order. */
  readonly frames: DownFrame[];
  /** How it was closed, once it was. */
  readonly closed: { code?: number; reason?: string };
  readonly send: (frame: object) => void;
}

/** Opens a socket and says hello once it is open. Frames come while promises run. */
export function connect(
  line: Pick<Line, 'openSocket'>,
  token: string,
  resume?: HelloFrame['resume'],
): RawClient {
  const frames: DownFrame[] = [];
  const closed: RawClient['closed'] = {};
  const socket = line.openSocket(`${base}/v1/socket`, {
    opened: () => send({ type: 'hello', protocol: 1, token, ...(resume === undefined ? {} : { resume }) }),
    received: (text) => void frames.push(JSON.parse(text)),
    closed: (code, reason) => void Object.assign(closed, { code, reason }),
  });
  const send = (frame: object): void => socket.send(JSON.stringify(frame));
  return { socket, frames, closed, send };
}

/** The events among frames, by their seq. */
export function seqsOf(frames: readonly DownFrame[]): number[] {
  return frames.flatMap((frame) => (frame.type === 'event' ? [frame.event.seq] : []));
}

/** Throws while there is none. */
export function welcomeOf({ frames }: RawClient): WelcomeFrame {
  const found = frames.find(({ type }) => type === 'welcome');
  if (found?.type !== 'welcome') throw new Error('nobody was welcomed');
  return found;
}
