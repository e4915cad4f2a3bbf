import { randomBytes } from 'node:crypto';
import { serveTestServer } from '../support/serve-test-server.js';
import { startServer } from '../support/start-server.js';
import { engines } from '../support/test-store.js';

/** A server that must keep the contract. */
export interface Target {
  readonly name: string;
  /** Its secret is known, so tokens that have expired can be made: only whoever knows it can. */
  readonly hasSecret: boolean;
  /** Starts it, or finds it. */
  open(): Promise<OpenTarget>;
}

export interface OpenTarget {
  readonly url: string;
  /** The server's secret, to make tokens that have expired; undefined when nobody told. */
  readonly secret: string | undefined;
  /** With which the deployment's own software calls; undefined when nobody told. */
  readonly serverKey: string | undefined;
  /** What it has printed lately, links for new passwords among it; undefined for a server found somewhere. */
  readonly output: (() => string) | undefined;
  close(): Promise<void>;
}

/**
 * The server at PARLEY_CONFORMANCE_URL (with PARLEY_CONFORMANCE_SECRET and PARLEY_CONFORMANCE_SERVER_KEY, if these are to be tried too), or one on each engine and the one in memory, started here.
 */
export function listTargets(): Target[] {
  const url = process.env['PARLEY_CONFORMANCE_URL'];
  if (url !== undefined) {
    const secret = process.env['PARLEY_CONFORMANCE_SECRET'];
    const serverKey = process.env['PARLEY_CONFORMANCE_SERVER_KEY'];
    return [
      {
        name: url,
        hasSecret: secret !== undefined,
        open: async () => ({
          url: url.replace(/\/$/, ''),
          secret,
          serverKey,
          output: undefined,
          close: async () => {},
        }),
      },
    ];
  }
  const onEngines = engines.map(
    (engine): Target => ({
      name: `the ${engine} engine`,
      hasSecret: true,
      open: async () => {
        const secret = randomBytes(32).toString('base64url');
        const keySecret = randomBytes(32).toString('base64url');
        const server = await startServer({
          engine,
          env: {
            PARLEY_SECRET: secret,
            PARLEY_SERVER_KEYS: `conformance:${keySecret}`,
            PARLEY_LOG_LEVEL: 'info',
          },
        });
        const serverKey = `psk_${keySecret}`;
        return { url: server.url, secret, serverKey, output: server.output, close: () => server.stop() };
      },
    }),
  );
  return [...onEngines, { name: 'the test server', hasSecret: false, open: openTestServer }];
}

/** The in-memory server of the SDK. Its tokens are signed with no secret; that they end is a test of its own, with a clock that is moved. */
async function openTestServer(): Promise<OpenTarget> {
  const { url, serverKey, output, close } = await serveTestServer();
  return { url, secret: undefined, serverKey, output, close };
}
