import { contracts } from '@parley/protocol';
import type { Output } from '@parley/protocol/wire';
import { describe, expect, it } from 'vitest';
import { resultOf } from '../support/answer.js';
import { callAs, newId, type Person, register } from '../support/people.js';
import { RawSocket } from '../support/raw-socket.js';
import { type Transport, transports } from './transports.js';
import type { World } from './world.js';

type OwnLogPage = Extract<Output<'listOwnChanges'>, { mode: 'log' }>;

const schemas: Record<string, { parse(data: unknown): unknown }> = Object.assign(
  {},
  ...Object.values(contracts).map(({ ownEvents }) => ownEvents),
);

/** What somebody changes about themselves reaches their other devices, now or later, and nobody else. */
export function describeOwnLog(world: () => World): void {
  const as = (person: Person) => ({ url: world().url, person });
  const enter = (person: Person, resume?: { epoch: string; since: string }) =>
    RawSocket.enter(world().url, person.token, resume);
  const hide = (person: Person, hideReceipts: boolean) =>
    callAs(as(person), 'updatePreferences', { hideReceipts });
  const untilHead = (socket: RawSocket, seq: number) =>
    socket.next((frame) => frame.type === 'own_head' && frame.seq >= seq);
  const read = async (transport: Transport, person: Person, input: { since: number; limit?: number }) =>
    resultOf<Output<'listOwnChanges'>>(
      (await transport.send(world(), { operation: 'listOwnChanges', as: person, input })).answer,
    );

  it('every device is told how far it goes, whatever transport and device the change came over', async () => {
    const [person, other] = [await register(world().url), await register(world().url)];
    const [one, two, foreign] = await Promise.all([enter(person), enter(person), enter(other)]);
    expect([one.entered.welcome.userSeq, foreign.entered.welcome.userSeq]).toEqual([0, 0]);
    await hide(person, true);
    await Promise.all([one, two].map((socket) => untilHead(socket, 1)));
    resultOf(await one.call('setPresence', { state: 'away' }));
    await Promise.all([one, two].map((socket) => untilHead(socket, 2)));
    await hide(other, true);
    expect(await untilHead(foreign, 1)).toEqual({ type: 'own_head', seq: 1 });
    expect(foreign.has(({ type }) => type === 'own_head')).toBe(false);
    await Promise.all([one, two, foreign].map((socket) => socket.close()));
  });

  it('who was away learns of it by the welcome', async () => {
    const person = await register(world().url);
    const first = await enter(person);
    const { epoch, since } = first.entered.welcome;
    await first.close();
    await hide(person, true);
    await hide(person, false);
    const again = await enter(person, { epoch, since });
    expect(again.entered.welcome.userSeq).toBe(2);
    await again.close();
  });

  it('a waiting sync answers when it moves, and one that comes later at once', async () => {
    const person = await register(world().url);
    const before = await callAs(as(person), 'sync', {});
    expect(before.userSeq).toBe(0);
    const wait = ({ epoch, since }: { epoch: string; since: string }) =>
      callAs(as(person), 'sync', { epoch, since, waitMs: 25_000 });
    const waiting = wait(before);
    await hide(person, true);
    const answered = await waiting;
    expect(answered).toMatchObject({ userSeq: 1, heads: [], gone: [] });
    await hide(person, false);
    expect(await wait(answered)).toMatchObject({ userSeq: 2 });
  });

  describe.each(transports)('over $name', (transport) => {
    it('has an entry of every kind of the contract, with the data of its kind, and none where nothing changed', async () => {
      const [person, other] = [await register(world().url), await register(world().url)];
      for (const hideReceipts of [true, true]) await hide(person, hideReceipts);
      for (const state of ['away', 'away'] as const) await callAs(as(person), 'setPresence', { state });
      for (const operation of ['blockUser', 'blockUser', 'unblockUser', 'unblockUser'] as const)
        await callAs(as(person), operation, { userId: other.id });
      const page = asLog(await read(transport, person, { since: 0 }));
      const kinds = ['preferences.updated', 'presence.chosen', 'block.added', 'block.removed'];
      expect(page.items.map(({ kind, seq }) => [kind, seq])).toEqual(kinds.map((kind, at) => [kind, at + 1]));
      expect(new Set(kinds)).toEqual(new Set(Object.keys(schemas)));
      for (const { kind, data } of page.items) expect(schemas[kind]?.parse(data)).toEqual(data);
      expect(asLog(await read(transport, other, { since: 0 })).items).toEqual([]);
    });

    it('the entries after every seq are the rest of it, whatever the size of the page', async () => {
      const person = await register(world().url);
      for (let count = 0; count < 5; count += 1) await hide(person, count % 2 === 0);
      const { items } = asLog(await read(transport, person, { since: 0 }));
      expect(items.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
      for (let since = 0; since <= 5; since += 1)
        for (const limit of [1, 2, 100]) {
          const rest = items.slice(since, since + limit);
          const to = rest.at(-1)?.seq ?? since;
          const page = await read(transport, person, { since, limit });
          expect(page).toEqual({ mode: 'log', items: rest, to, head: 5 });
        }
      expect(await read(transport, person, { since: 6 })).toEqual({ mode: 'reset', head: 5 });
    });

    it('a change that is repeated under its key changes nothing, also after a later one', async () => {
      const person = await register(world().url);
      const opId = newId();
      const repeat = () =>
        transport.send(world(), {
          operation: 'updatePreferences',
          as: person,
          input: { hideReceipts: true },
          opId,
        });
      expect(resultOf((await repeat()).answer)).toEqual({ hideReceipts: true });
      await hide(person, false);
      expect(resultOf((await repeat()).answer)).toEqual({ hideReceipts: false });
      expect(await read(transport, person, { since: 0 })).toMatchObject({ head: 2 });
    });
  });
}

function asLog(page: Output<'listOwnChanges'>): OwnLogPage {
  if (page.mode !== 'log') throw new Error(`a page of the mode ${page.mode}`);
  return page;
}
