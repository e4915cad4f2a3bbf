import type { OwnChangesPage, UserId, WelcomeFrame } from '@parley/protocol/wire';
import { describe, expect, it } from 'vitest';
import { fakePlatform } from '../testing/fake-platform.js';
import { OwnLog } from './own-log.js';

function setUp() {
  const platform = fakePlatform();
  const told: (number | 'reset')[] = [];
  const asked: number[] = [];
  const server = { head: 0, failures: 0, answer: undefined as OwnChangesPage | undefined };
  const own = new OwnLog({
    platform,
    readOwnChanges: async (since) => {
      asked.push(since);
      server.failures -= 1;
      if (server.failures >= 0) throw new TypeError('network');
      if (server.answer !== undefined) return server.answer;
      const count = Math.min(2, server.head - since);
      const items = Array.from({ length: count }, (_, index) => ({
        kind: 'preferences.updated',
        seq: since + index + 1,
        at: '',
        data: {},
      }));
      return { mode: 'log', items, to: since + count, head: server.head };
    },
    deliver: ({ seq }) => void told.push(seq),
    reset: () => void told.push('reset'),
  });
  const welcome = (userSeq: number, other: { epoch?: string; isBeside?: boolean } = {}) => {
    server.head = Math.max(server.head, userSeq);
    // Of a welcome the log reads these fields.
    const frame = { epoch: other.epoch ?? 'epoch', userId: 'me' as UserId, userSeq } as WelcomeFrame;
    own.receiveWelcome(frame, other.isBeside ?? false);
    return platform.settle();
  };
  const head = (seq: number) => {
    server.head = seq;
    own.receiveHead(seq);
    return platform.settle();
  };
  return { platform, own, server, told, asked, welcome, head };
}

describe('one’s own log', () => {
  it('starts where the first welcome stands', async () => {
    const { welcome, told, asked } = setUp();
    await welcome(7);
    expect([told, asked]).toEqual([[], []]);
  });

  it('is read on, page by page, when it is told to go further', async () => {
    const { welcome, head, told, asked } = setUp();
    await welcome(2);
    await head(7);
    expect(told).toEqual([3, 4, 5, 6, 7]);
    expect(asked).toEqual([2, 4, 6]);
  });

  it('is read on from where it was when a later welcome tells what happened meanwhile', async () => {
    const { own, welcome, told } = setUp();
    await welcome(2);
    own.disconnected();
    await welcome(4);
    expect(told).toEqual([3, 4]);
  });

  it('has one fetch at a time, and each entry once', async () => {
    const { own, platform, welcome, server, told, asked } = setUp();
    await welcome(1);
    server.head = 3;
    for (const seq of [2, 3, 2]) own.receiveHead(seq);
    await platform.settle();
    own.receiveHead(3);
    await platform.settle();
    expect([told, asked]).toEqual([[2, 3], [1]]);
  });

  it('is asked for again after a failure, with a pause', async () => {
    const { platform, welcome, head, server, told, asked } = setUp();
    await welcome(1);
    server.failures = 2;
    await head(2);
    expect([told, asked]).toEqual([[], [1]]);
    await platform.advance(60_000);
    expect([told, asked]).toEqual([[2], [1, 1, 1]]);
  });

  it('is not asked for without a connection, and again with the next one', async () => {
    const { own, platform, welcome, head, server, told, asked } = setUp();
    await welcome(1);
    server.failures = 1;
    await head(2);
    own.disconnected();
    await platform.advance(60_000);
    expect(asked).toEqual([1]);
    await welcome(2);
    expect([told, asked]).toEqual([[2], [1, 1]]);
  });

  it('begins anew with another history, and tells of it where only this log shows it', async () => {
    const { welcome, head, server, told } = setUp();
    await welcome(5);
    server.head = 0;
    await welcome(2, { epoch: 'other' });
    expect(told).toEqual([]);
    await welcome(1);
    await welcome(3, { epoch: 'other' });
    await welcome(2, { epoch: 'other' });
    expect(told).toEqual(['reset']);
    await head(3);
    expect(told).toEqual(['reset', 3]);
    server.answer = { mode: 'reset', head: 1 };
    await head(4);
    expect(told).toEqual(['reset', 3, 'reset']);
  });

  it('is not thought to be shorter because a second socket was told earlier', async () => {
    const { welcome, head, told } = setUp();
    await welcome(1);
    await head(3);
    await welcome(2, { isBeside: true });
    expect(told).toEqual([2, 3]);
  });
});
