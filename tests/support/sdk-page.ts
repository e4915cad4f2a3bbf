/**
 * The SDK as it is built, in a page of its own: `window.client` is connected, with the outbox in IndexedDB. The page comes from the test, not from the server, so it
 * loads without a network too. What leaves over sockets is noted outside of the page, and answers can be dropped on their way in.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ChatClient } from '@parley/client-sdk';
import type { BrowserContext, Page } from 'playwright-core';

declare global {
  interface Window {
    client: ChatClient;
    dropsAnswers: boolean;
    noteCall: (operation: string) => void;
  }
}

export interface SdkPages {
  /** Names of the operations that left, of all pages, in their order. */
  readonly calls: string[];
  /** A tab with the client of whoever the pages are of, connected or trying to be. */
  readonly open: () => Promise<Page>;
}

const modules: Readonly<Record<string, string>> = {
  sdk: fileURLToPath(new URL('../../packages/client-sdk/dist/', import.meta.url)),
  protocol: fileURLToPath(new URL('../../packages/protocol/dist/', import.meta.url)),
  hashes: dependencyOf('protocol', '@noble/hashes'),
  idb: dependencyOf('client-sdk', 'idb-keyval/dist'),
};

const imports = {
  '@parley/client-sdk': '/sdk-page/sdk/index.js',
  '@parley/protocol/wire': '/sdk-page/protocol/wire.js',
  '@noble/hashes/': '/sdk-page/hashes/',
  'idb-keyval': '/sdk-page/idb/index.js',
};

const html = (
  username: string,
) => `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">
import { builtInAuth, createChatClient, indexedDbStorage } from '@parley/client-sdk';
const auth = builtInAuth({ url: location.origin });
if (auth.session.getSnapshot().status !== 'signed-in')
  await auth.login({ login: '${username}', password: 'parley-demo-${username}' });
const { user } = auth.session.getSnapshot();
const options = { url: location.origin, getToken: auth.getToken, storage: indexedDbStorage(), user: { id: user.id }  };
window.client = createChatClient(options);
window.client.connect();
</script>`;

function dependencyOf(name: string, dependency: string): string {
  return fileURLToPath(new URL(`../../packages/${name}/node_modules/${dependency}/`, import.meta.url));
}

/** @param username  one of the demo's people */
export async function openSdkPages(
  context: BrowserContext,
  url: string,
  username: string,
): Promise<SdkPages> {
  const calls: string[] = [];
  // A page that no server gave counts as one from the internet, which may not talk to this machine.
  await context.grantPermissions(['local-network-access'], { origin: url });
  await context.exposeFunction('noteCall', (operation: string) => void calls.push(operation));
  await context.addInitScript(watchSockets);
  await context.route(`${url}/sdk-page/**`, (route) => {
    const [part = '', ...path] = new URL(route.request().url()).pathname.split('/').slice(2);
    if (part === '') return route.fulfill({ contentType: 'text/html', body: html(username) });
    const file = `${modules[part] ?? ''}${path.join('/')}`;
    return existsSync(file)
      ? route.fulfill({ contentType: 'text/javascript', body: readFileSync(file) })
      : route.fulfill({ status: 404 });
  });
  return {
    calls,
    open: async () => {
      const page = await context.newPage();
      const failed = new Promise<never>((_, reject) => page.on('pageerror', reject));
      await page.goto(`${url}/sdk-page/`);
      await Promise.race([isReady(page), failed]);
      failed.catch(() => {});
      return page;
    },
  };
}

/** Waits until the page has its client. */
export async function isReady(page: Page): Promise<void> {
  await page.waitForFunction(() => 'client' in window);
}

/** Runs in the page, before anything else there. */
function watchSockets(): void {
  window.dropsAnswers = false;
  const Plain = window.WebSocket;
  const { send, addEventListener } = Plain.prototype;
  Plain.prototype.send = function (this: WebSocket, text: string) {
    const frame = JSON.parse(text);
    if (frame.type === 'call') window.noteCall(frame.operation);
    send.call(this, text);
  };
  // The SDK gives functions, and no options.
  Plain.prototype.addEventListener = function (
    this: WebSocket,
    kind: string,
    listener: (event: Event) => void,
  ) {
    addEventListener.call(this, kind, (event) => {
      const isAnswer = event instanceof MessageEvent && /"type":"result"/.test(event.data);
      if (window.dropsAnswers && isAnswer) this.close();
      else listener(event);
    });
  };
}
