/** What a stranger does first: two browsers, two people, one server that dies in the middle of it. */

import { fileURLToPath } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../services/free-port.mjs';
import { openBrowser } from '../support/browser.js';
import { startServer, type TestServer } from '../support/start-server.js';
import { openTestStore, type TestStore } from '../support/test-store.js';

const webDirectory = fileURLToPath(new URL('../../examples/web-chat/dist', import.meta.url));

let store: TestStore;
let server: TestServer;
let browser: Browser;
let port: number;
let ines: Page;
let kenji: Page;

beforeAll(async () => {
  [store, browser, port] = await Promise.all([openTestStore('embedded'), openBrowser(), freePort()]);
  server = await start();
  [ines, kenji] = await Promise.all([openAs('ines', 'Kenji Mori'), openAs('kenji', 'Inés Duarte')]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await store?.close();
});

function start(): Promise<TestServer> {
  const env = { PARLEY_DEMO: '1', PARLEY_WEB_DIR: webDirectory };
  return startServer({ engine: 'embedded', dataDir: store.dataDir, port, env });
}

/** A browser of its own, signed in by name and password, with the conversation open. */
async function openAs(username: string, conversation: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(server.url);
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(`parley-demo-${username}`);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('link', { name: conversation }).first().click();
  await composer(page).waitFor();
  return page;
}

function composer(page: Page) {
  return page.getByRole('textbox', { name: 'Message' });
}

async function write(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

/** The texts among these that stand in the conversation, from top to bottom. */
async function shown(page: Page, texts: readonly string[]): Promise<string[]> {
  const all = await page.getByRole('log').innerText();
  return texts.filter((text) => all.includes(text)).sort((a, b) => all.indexOf(a) - all.indexOf(b));
}

async function isInView(locator: Locator): Promise<boolean> {
  const box = await locator.boundingBox();
  const size = locator.page().viewportSize();
  return box !== null && size !== null && box.y >= 0 && box.y + box.height <= size.height;
}

async function waitFor(page: Page, text: string): Promise<void> {
  await page.getByRole('log').getByText(text, { exact: true }).waitFor();
}

describe('two people in two browsers', () => {
  it('talk, each seeing the words of the other and their own, once and in order', async () => {
    const texts = ['Is the boat ready?', 'Since noon.', 'Then we sail at six.'];
    await write(ines, texts[0] ?? '');
    await waitFor(kenji, texts[0] ?? '');
    await write(kenji, texts[1] ?? '');
    await waitFor(ines, texts[1] ?? '');
    await write(ines, texts[2] ?? '');
    await waitFor(kenji, texts[2] ?? '');
    for (const page of [ines, kenji]) expect(await shown(page, texts)).toEqual(texts);
  });

  it('lose nothing when the server is killed with -9: what was typed meanwhile arrives once it is back', async () => {
    const texts = ['before the fall', 'into the silence', 'and once more', 'from the other side'];
    await write(ines, texts[0] ?? '');
    await waitFor(kenji, texts[0] ?? '');
    await server.kill9();
    await write(ines, texts[1] ?? '');
    await write(ines, texts[2] ?? '');
    await waitFor(ines, texts[2] ?? '');
    server = await start();
    await waitFor(kenji, texts[2] ?? '');
    await write(kenji, texts[3] ?? '');
    await waitFor(ines, texts[3] ?? '');
    for (const page of [ines, kenji]) expect(await shown(page, texts)).toEqual(texts);
    for (const text of texts)
      expect(await kenji.getByRole('log').getByText(text, { exact: true }).count()).toBe(1);
  });

  it('find everything again after a reload', async () => {
    const texts = ['Is the boat ready?', 'Since noon.', 'from the other side'];
    await kenji.reload();
    await waitFor(kenji, texts[2] ?? '');
    expect(await shown(kenji, texts)).toEqual(texts);
  });

  it('send what was typed without a network after a reload, under the same id', async () => {
    const text = 'written in a tunnel';
    await ines.context().setOffline(true);
    await write(ines, text);
    await waitFor(ines, text);
    await ines.context().setOffline(false);
    await ines.reload();
    await waitFor(kenji, text);
    await waitFor(ines, text);
    expect(await kenji.getByRole('log').getByText(text, { exact: true }).count()).toBe(1);
  });

  it('have the end of a long conversation before them after a reload, also when something waits to be sent', async () => {
    for (let count = 1; count <= 25; count += 1) await write(ines, `line ${count}`);
    await waitFor(kenji, 'line 25');
    await ines.context().setOffline(true);
    await write(ines, 'and the last one');
    await waitFor(ines, 'and the last one');
    await ines.context().setOffline(false);
    // What waits to be sent is on the device; the history comes later.
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await ines.route('**/v1/conversations/*/messages?*', async (route) => {
      await released;
      await route.continue();
    });
    await ines.reload();
    await waitFor(ines, 'and the last one');
    release();
    await waitFor(ines, 'line 25');
    await waitFor(kenji, 'and the last one');
    const last = ines.getByRole('log').getByText('and the last one', { exact: true });
    await expect.poll(() => isInView(last), { timeout: 10_000 }).toBe(true);
  });

  it('are told when a name or a password is wrong', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(server.url);
    await page.getByLabel('Username').fill('ines');
    await page.getByLabel('Password', { exact: true }).fill('not her password');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page
      .getByRole('alert')
      .filter({ hasText: /password/i })
      .waitFor();
    await context.close();
  });
});
