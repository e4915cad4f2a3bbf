import { describe, expect, it } from 'vitest';
import { fakeAsyncStorage } from '../testing/fake-async-storage.js';
import { faultyStorage } from '../testing/faulty-storage.js';
import { asyncStorage } from './async-storage.js';
import { indexedDbStorage } from './indexed-db-storage.js';
import { memoryChatStorage } from './memory-chat-storage.js';

// IndexedDB itself is tried in a browser, by tests/e2e/outbox.test.ts.
describe.each([
  ['memory', memoryChatStorage],
  ['AsyncStorage', () => asyncStorage(fakeAsyncStorage())],
])('a store in %s', (_, make) => {
  it('has what was written, by prefix and by key, in the order of the keys', async () => {
    const store = await make().open('one');
    await store.write({
      puts: [
        ['b 2', 2],
        ['b 1', { deep: [1] }],
        ['a', 'text'],
      ],
    });
    expect(await store.getAll('b ')).toEqual([
      ['b 1', { deep: [1] }],
      ['b 2', 2],
    ]);
    expect(await store.getMany(['a', 'nothing', 'b 2'])).toEqual(['text', undefined, 2]);
  });

  it('deletes and puts in one write; what is put stays', async () => {
    const store = await make().open('one');
    await store.write({
      puts: [
        ['a', 1],
        ['b', 1],
      ],
    });
    await store.write({ puts: [['b', 2]], deletes: ['a', 'b'] });
    expect(await store.getAll('')).toEqual([['b', 2]]);
  });

  it('is the same one under its name, apart from others, until it is destroyed', async () => {
    const storage = make();
    const store = await storage.open('one');
    await store.write({ puts: [['a', 1]] });
    store.close();
    expect(await (await storage.open('one')).getAll('')).toEqual([['a', 1]]);
    expect(await (await storage.open('two')).getAll('')).toEqual([]);
    await store.destroy();
    expect(await (await storage.open('one')).getAll('')).toEqual([]);
  });
});

it('a value that is no JSON any more reads as none', async () => {
  const values = new Map([['one/a', '{"broken']]);
  const store = await asyncStorage(fakeAsyncStorage(values)).open('one');
  expect(await store.getAll('')).toEqual([['a', undefined]]);
});

it('where there is no IndexedDB, opening says so', async () => {
  await expect(indexedDbStorage().open('one')).rejects.toThrow('indexedDB');
});

it('a faulty storage fails the writes it is told to, as a real one does', async () => {
  const plan = { writes: { 1: 'quota', 2: 'lostAnswer', 3: 'corrupt' } } as const;
  const store = await faultyStorage(asyncStorage(fakeAsyncStorage()), plan).open('one');
  await expect(store.write({ puts: [['a', 1]] })).rejects.toThrow('no room');
  await expect(store.write({ puts: [['b', 1]] })).rejects.toThrow('lost');
  await store.write({ puts: [['c', 1]] });
  expect(await store.getAll('')).toEqual([
    ['b', 1],
    ['c', 'damaged'],
  ]);
});
