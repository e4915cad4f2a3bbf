import { expect, it } from 'vitest';
import { callAs, createGroup, newId, register } from '../support/people.js';
import { ServerStartError, startServer } from '../support/start-server.js';
import { openTestStore } from '../support/test-store.js';

it('a second server on an embedded directory is refused with the pid of the holder, and takes over after kill -9', async () => {
  const store = await openTestStore('embedded');
  const holder = await startServer(store);
  try {
    const ana = await register(holder.url);
    const { id: conversationId } = await createGroup(holder.url, ana, []);
    const sent = await callAs({ url: holder.url, person: ana }, 'sendMessage', {
      conversationId,
      id: newId(),
      content: 'before',
    });

    const refused: unknown = await startServer(store).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ServerStartError);
    if (!(refused instanceof ServerStartError)) throw refused;
    expect(refused.exitCode).toBe(1);
    expect(refused.output).toContain(`in use by process ${holder.pid} `);
    // A message for people: what to do, and no stack.
    expect(refused.output).toContain('PARLEY_DATA_DIR');
    expect(refused.output).not.toMatch(/^\s+at /m);

    // The holder is unharmed by the attempt.
    const page = await callAs({ url: holder.url, person: ana }, 'listMessages', { conversationId });
    expect(page.items.map(({ id }) => id)).toEqual([sent.id]);

    await holder.kill9();
    const heir = await startServer(store);
    try {
      const found = await callAs({ url: heir.url, person: ana }, 'getMessage', {
        conversationId,
        messageId: sent.id,
      });
      expect(found.message).toMatchObject({ content: 'before', seq: sent.seq, at: sent.at });
      const refusedAgain: unknown = await startServer(store).catch((error: unknown) => error);
      expect(refusedAgain).toBeInstanceOf(ServerStartError);
      expect(refusedAgain instanceof ServerStartError && refusedAgain.output).toContain(
        `process ${heir.pid} `,
      );
    } finally {
      await heir.stop();
    }
  } finally {
    await holder.kill9();
    await store.close();
  }
});

it('of several servers started at once on a directory whose holder was killed, exactly one takes over', async () => {
  const store = await openTestStore('embedded');
  try {
    const killed = await startServer(store);
    await killed.kill9();
    const starts = await Promise.allSettled([startServer(store), startServer(store)]);
    const servers = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
    const failures = starts.flatMap((start): unknown[] =>
      start.status === 'rejected' ? [start.reason] : [],
    );
    await Promise.all(servers.map((server) => server.stop()));
    expect(servers).toHaveLength(1);
    expect(failures[0]).toBeInstanceOf(ServerStartError);
    expect(failures[0]).toMatchObject({
      output: expect.stringContaining(`in use by process ${servers[0]?.pid} `),
    });
  } finally {
    await store.close();
  }
});
