/** What is written without a network, or in a page that dies, arrives once: the SDK's outbox in a real browser. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.js';
import { isReady, openSdkPages, type SdkPages } from '../support/sdk-page.js';
import { startServer, type TestServer } from '../support/start-server.js';

let server: TestServer;
let browser: Browser;
let context: BrowserContext;
let pages: SdkPages;
let conversationId: string;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    startServer({ engine: 'embedded', env: { PARLEY_DEMO: '1' } }),
    openBrowser(),
  ]);
  context = await browser.newContext();
  pages = await openSdkPages(context, server.url, 'ines');
  const page = await pages.open();
  conversationId = await page.evaluate(
    async () => (await window.client.conversations.list()).items[0]?.id ?? '',
  );
  await page.close();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** What the conversation says on the server, from a mark on. */
async function said(page: Page, mark: string): Promise<string[]> {
  const contents = await page.evaluate(
    async (id) =>
      (await window.client.messages.list({ conversationId: id, limit: 100 })).items.map(
        ({ content }) => content,
      ),
    conversationId,
  );
  return contents.slice(contents.lastIndexOf(mark) + 1);
}

async function say(page: Page, ...texts: string[]): Promise<string[]> {
  return page.evaluate(
    ({ place, contents }) =>
      contents.map((content) => {
        const id = window.client.newId();
        window.client.messages.send({ conversationId: place, id, content }).catch(() => {});
        return id;
      }),
    { place: conversationId, contents: texts },
  );
}

/** Says it and waits until the server has it. */
async function mark(page: Page, text: string): Promise<string> {
  const [id = ''] = await say(page, text);
  await untilEmpty(page);
  return id;
}

function untilEmpty(page: Page) {
  return page.waitForFunction(
    () =>
      window.client.outbox.getSnapshot().operations.length === 0 &&
      window.client.connection.getSnapshot().status === 'online',
    undefined,
    { timeout: 30_000 },
  );
}

const outboxOf = (page: Page) =>
  page.evaluate(() =>
    window.client.outbox
      .getSnapshot()
      .operations.map(({ operation, saved, delivery }) => [
        operation,
        saved,
        delivery.status === 'failed' ? delivery.error.code : delivery.status,
      ]),
  );

describe('the outbox in a browser', () => {
  it('keeps what was written in airplane mode over two reloads, and sends what is left of it once and in order', async () => {
    const page = await pages.open();
    const before = await mark(page, 'before the flight');
    await context.setOffline(true);
    await page.waitForFunction(() => window.client.connection.getSnapshot().status !== 'online');
    pages.calls.length = 0;
    const ids = await say(page, 'one', 'two', 'three', 'four', 'five');
    const last = page.evaluate(
      ({ place, edited, deleted, earlier }) => {
        const { messages, reactions } = window.client;
        const reaction = { conversationId: place, messageId: earlier, emoji: '👍' };
        const quiet = (promise: Promise<unknown>) => void promise.catch(() => {});
        quiet(messages.edit({ conversationId: place, messageId: edited, content: 'second' }));
        quiet(messages.edit({ conversationId: place, messageId: edited, content: 'two, in its last words' }));
        quiet(messages.delete({ conversationId: place, messageId: deleted }));
        quiet(reactions.add(reaction));
        quiet(reactions.remove(reaction));
      },
      { place: conversationId, edited: ids[1] ?? '', deleted: ids[3] ?? '', earlier: before },
    );
    await last;
    await page.waitForFunction(() =>
      window.client.outbox.getSnapshot().operations.every(({ saved }) => saved),
    );
    for (const _ of ['once', 'twice']) {
      await page.reload();
      await isReady(page);
      await page.waitForFunction(() => window.client.outbox.getSnapshot().operations.length === 4);
    }
    expect(await outboxOf(page)).toEqual(Array(4).fill(['sendMessage', true, 'queued']));
    expect(pages.calls).toEqual([]);
    await context.setOffline(false);
    await untilEmpty(page);
    expect(pages.calls).toEqual(Array(4).fill('sendMessage'));
    expect(await said(page, 'before the flight')).toEqual(['one', 'two, in its last words', 'three', 'five']);
    await page.close();
  });

  it('resolves, and never says failed, when the answer is lost after the commit', async () => {
    const page = await pages.open();
    await mark(page, 'before the loss');
    const result = await page.evaluate(async (place) => {
      const told = new Set<string>();
      window.client.outbox.subscribe(() => {
        for (const { delivery } of window.client.outbox.getSnapshot().operations) told.add(delivery.status);
      });
      window.dropsAnswers = true;
      const sent = window.client.messages.send({ conversationId: place, content: 'said once' });
      await new Promise<void>((resolve) => {
        const undo = window.client.connection.subscribe(() => {
          undo();
          resolve();
        });
      });
      window.dropsAnswers = false;
      return { seq: (await sent).seq, told: [...told] };
    }, conversationId);
    expect(result.seq).toBeGreaterThan(0);
    expect(result.told).not.toContain('failed');
    await untilEmpty(page);
    expect(await said(page, 'before the loss')).toEqual(['said once']);
    await page.close();
  });

  it('finishes in the next tab what a killed one began, once', async () => {
    const texts = Array.from({ length: 40 }, (_, index) => `flushed ${index}`);
    const page = await pages.open();
    const other = await pages.open();
    await mark(page, 'before the kill');
    await context.setOffline(true);
    await page.waitForFunction(() => window.client.connection.getSnapshot().status !== 'online');
    await say(page, ...texts);
    await page.waitForFunction(() =>
      window.client.outbox.getSnapshot().operations.every(({ saved }) => saved),
    );
    // The other tab knows that the first one lives, and leaves its messages alone.
    expect(await outboxOf(other)).toEqual([]);
    await other.close();
    pages.calls.length = 0;
    await context.setOffline(false);
    while (pages.calls.length < 3) await page.waitForTimeout(5);
    await page.close({ runBeforeUnload: false });
    const begun = pages.calls.length;
    expect(begun).toBeLessThan(texts.length);
    const next = await pages.open();
    await next.waitForFunction(() => window.client.outbox.getSnapshot().operations.length > 0);
    await untilEmpty(next);
    expect(await said(next, 'before the kill')).toEqual(texts);
    await next.close();
  });

  it('shows a refused message with its reason, and lets the later ones pass', async () => {
    const page = await pages.open();
    await mark(page, 'before the refusal');
    await page.evaluate((place) => {
      const answered = {
        conversationId: place,
        content: 'an answer to nothing',
        replyToId: window.client.newId(),
      };
      window.client.messages.send(answered).catch(() => {});
      window.client.messages.send({ conversationId: place, content: 'goes on' }).catch(() => {});
    }, conversationId);
    await page.waitForFunction(() => window.client.outbox.getSnapshot().failed === 1);
    await page.waitForFunction(() => window.client.outbox.getSnapshot().pending === 0);
    expect(await outboxOf(page)).toEqual([['sendMessage', true, 'invalid_reference']]);
    expect(await said(page, 'before the refusal')).toEqual(['goes on']);
    await page.reload();
    await isReady(page);
    await page.waitForFunction(() => window.client.outbox.getSnapshot().failed === 1);
    expect(await outboxOf(page)).toEqual([['sendMessage', true, 'invalid_reference']]);
    await page.evaluate(() => {
      const [failed] = window.client.outbox.getSnapshot().operations;
      if (failed !== undefined) window.client.outbox.discard(failed.id);
    });
    await untilEmpty(page);
    await page.close();
  });
});
