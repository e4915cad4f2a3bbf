import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fastifyHelmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

export interface WebAppOptions {
  readonly directory: string;
  /** Accounts the sign-in page offers; none outside a demo. */
  readonly demoAccounts: readonly DemoAccount[];
}

export interface DemoAccount {
  readonly username: string;
  readonly password: string;
  readonly displayName: string;
}

/** Serves a built web app at `/`. */
export async function registerWebApp(app: FastifyInstance, options: WebAppOptions): Promise<void> {
  const root = resolve(options.directory);
  if (!existsSync(join(root, 'index.html')))
    throw new Error(`PARLEY_WEB_DIR: there is no index.html in ${root}. Build the web app first.`);
  await app.register(fastifyHelmet, {
    strictTransportSecurity: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        connectSrc: ["'self'", 'ws:', 'wss:'],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
  });
  // Looked up at each request, because `npm run dev` builds new files under a running server.
  await app.register(fastifyStatic, { root });
  if (options.demoAccounts.length > 0)
    app.get('/demo.json', async () => ({ accounts: options.demoAccounts }));
}
