import { setTimeout as delay } from 'node:timers/promises';
import { closeCodes, type DownFrame, type Output } from '@parley/protocol/wire';
import { afterEach, describe, expect, it } from 'vitest';
import { resultOf } from '../support/answer.js';
import { callAs, createGroup, newId, type Person, register } from '../support/people.js';
import { RawSocket } from '../support/raw-socket.js';
import { RestClient } from '../support/rest-client.js';
import { Cluster } from './cluster.js';
import { waitFor } from './wait-for.js';

const rounds = 5;
const sends = 100;
const silentWithinMs = 5000;

let cluster: Cluster | undefined;
afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
});

describe.each([
  { name: 'with Redis', hasRedis: true },
  { name: 'without Redis', hasRedis: false },
])('$name, sockets on another node', ({ name, hasRedis }) => {
  it('of a removed member get nothing after the removal and no hole before it, though 100 sends race with it', async () => {
    cluster = await Cluster.open({ nodes: 2, hasRedis });
    const [here, there] = [cluster.urlOf(0), cluster.urlOf(1)];
    const [owner, guest] = [await register(here), await register(here)];
    let after = 0;
    let toldByHead = 0;
    for (let round = 0; round < rounds; round += 1) {
      const group = await createGroup(here, owner, [guest]);
      const ears = await Promise.all([there, there, here].map((url) => listen(url, guest, group.id)));
      const { removedAt, head } = await raceRemoval({ url: here, owner, guest, conversationId: group.id });
      const isTold = () =>
        ears.every(({ seqs, gone }) => gone.has(group.id) || (seqs(group.id).at(-1) ?? 0) >= removedAt);
      expect(await waitFor(isTold, 10_000), 'the removal was not told').toBe(true);
      // What was wrongly on its way would come now: it takes no longer than what the owner hears.
      const owned = await listen(there, owner, group.id);
      await callAs({ url: here, person: owner }, 'sendMessage', {
        conversationId: group.id,
        id: newId(),
        content: 'later',
      });
      expect(await waitFor(() => owned.seqs(group.id).includes(head + 1), 10_000)).toBe(true);
      for (const { seqs, gone } of ears) {
        const told = seqs(group.id);
        expect(told).toEqual(told.map((_, index) => group.lastSeq + 1 + index));
        expect(told.at(-1) ?? 0).toBeLessThanOrEqual(removedAt);
        toldByHead += gone.has(group.id) ? 1 : 0;
      }
      after += head - removedAt;
      await Promise.all([...ears, owned].map(({ socket }) => socket.close()));
    }
    console.log(
      `removed ${name}: ${rounds} rounds of ${sends} sends, ${after} of them after the removal, ${toldByHead} sockets told by a head`,
    );
    expect(after, 'no send came after a removal, so nothing was tried').toBeGreaterThan(0);
  });

  it('of a revoked session are silent within 5 seconds, and closed for that reason', async () => {
    cluster = await Cluster.open({ nodes: 2, hasRedis });
    const [here, there] = [cluster.urlOf(0), cluster.urlOf(1)];
    const [owner, guest] = [await register(here), await register(here)];
    const { id: conversationId } = await createGroup(here, owner, [guest]);
    const ear = await listen(there, guest, conversationId);
    const { body, loggedOutAt } = await talkUntilSilent({ url: here, owner, guest, conversationId });
    const { code } = await ear.socket.closed;
    const lastHeardMs = Math.round((ear.heardAt.at(-1) ?? loggedOutAt) - loggedOutAt);
    console.log(`revoked ${name}: last heard ${lastHeardMs} ms after the session ended, of ${body} messages`);
    expect(ear.heardAt.length, 'it never heard anything').toBeGreaterThan(0);
    expect(lastHeardMs).toBeLessThan(silentWithinMs);
    expect(code).toBe(closeCodes.session_revoked.code);
  });
});

describe.each([
  { name: 'with Redis', hasRedis: true },
  { name: 'without Redis', hasRedis: false },
])('$name, a newcomer on another node', ({ hasRedis }) => {
  it('is told of what happens to messages from before them by heads alone, and of the end of the conversation', async () => {
    cluster = await Cluster.open({ nodes: 2, hasRedis });
    const [here, there] = [cluster.urlOf(0), cluster.urlOf(1)];
    const [owner, early, late] = [await register(here), await register(here), await register(here)];
    const by = { url: here, person: owner };
    const { id: conversationId } = await createGroup(here, owner, [early]);
    await callAs(by, 'updateConversation', { conversationId, settings: { history: 'since_join' } });
    const canary = `canary ${newId()}`;
    const messageId = newId();
    await callAs(by, 'sendMessage', { conversationId, id: messageId, content: `${canary} one` });
    await callAs(by, 'addMembers', { conversationId, userIds: [late.id] });
    const ears = [await listen(there, late, conversationId), await listen(there, early, conversationId)];
    await callAs(by, 'editMessage', { conversationId, messageId, content: `${canary} two` });
    await callAs(by, 'addReaction', { conversationId, messageId, emoji: ':ship:' });
    const { seq } = await callAs(by, 'sendMessage', { conversationId, id: newId(), content: 'to everybody' });
    const haveHeard = () => ears.every(({ seqs }) => seqs(conversationId).at(-1) === seq);
    expect(await waitFor(haveHeard, 10_000), 'the last message did not come').toBe(true);
    for (const { bytes } of ears) expect(bytes()).not.toContain(canary);
    const { answer } = await new RestClient(there, early.token).callInFull('getMessage', {
      conversationId,
      messageId,
    });
    expect(JSON.stringify(answer)).toContain(`${canary} two`);
    await callAs(by, 'deleteConversation', { conversationId });
    const haveEnded = () =>
      ears.every(({ seqs, gone }) => gone.has(conversationId) || seqs(conversationId).at(-1) === seq + 1);
    expect(await waitFor(haveEnded, 10_000), 'the end was not told').toBe(true);
    await Promise.all(ears.map(({ socket }) => socket.close()));
  });
});

interface Ear {
  readonly socket: RawSocket;
  readonly heardAt: number[];
  readonly seqs: (conversationId: string) => number[];
  /** The conversations it was told that it is no longer in. */
  readonly gone: ReadonlySet<string>;
  /** Everything it was told. */
  readonly bytes: () => string;
}

async function listen(url: string, person: Person, ...open: string[]): Promise<Ear> {
  const socket = await RawSocket.enter(url, person.token);
  const heard: { readonly conversationId: string; readonly seq: number }[] = [];
  const heardAt: number[] = [];
  const gone = new Set<string>();
  let bytes = '';
  socket.listen((frame: DownFrame) => {
    bytes += JSON.stringify(frame);
    if (frame.type === 'heads') for (const [id, seq] of frame.heads) if (seq < 0) gone.add(id);
    if (frame.type !== 'event') return;
    heard.push(frame.event);
    heardAt.push(performance.now());
  });
  socket.setOpen(open);
  const seqs = (id: string) =>
    heard.filter(({ conversationId }) => conversationId === id).map(({ seq }) => seq);
  return { socket, heardAt, seqs, gone, bytes: () => bytes };
}

interface Race {
  readonly url: string;
  readonly owner: Person;
  readonly guest: Person;
  readonly conversationId: string;
}

/** Sends a hundred messages over one socket and removes the guest in the middle, over another road. */
async function raceRemoval({ url, owner, guest, conversationId }: Race) {
  const socket = await RawSocket.enter(url, owner.token);
  const send = () => socket.call('sendMessage', { conversationId, id: newId(), content: 'one of many' });
  const sent: ReturnType<typeof send>[] = [];
  let removal: Promise<Output<'removeMember'>> | undefined;
  for (let count = 0; count < sends; count += 1) {
    if (count === sends / 2)
      removal = callAs({ url, person: owner }, 'removeMember', { conversationId, userId: guest.id });
    sent.push(send());
    if (count % 16 === 15) await sent[count - 8];
  }
  const answers = (await Promise.all(sent)).map((answer) => resultOf<Output<'sendMessage'>>(answer).seq);
  const removedAt = (await removal)?.seq ?? 0;
  await socket.close();
  return { removedAt, head: Math.max(removedAt, ...answers) };
}

/** Sends a message every 50 ms, has the guest log out after a second, and goes on for longer than the guest may hear it. */
async function talkUntilSilent({ url, owner, guest, conversationId }: Race) {
  let body = 0;
  let loggedOutAt = Number.POSITIVE_INFINITY;
  const started = performance.now();
  while (performance.now() < Math.min(loggedOutAt, started + 60_000) + silentWithinMs + 2000) {
    await callAs({ url, person: owner }, 'sendMessage', {
      conversationId,
      id: newId(),
      content: 'still here',
    });
    body += 1;
    if (loggedOutAt === Number.POSITIVE_INFINITY && performance.now() > started + 1000) {
      await new RestClient(url).call('logout', { refreshToken: guest.refreshToken });
      loggedOutAt = performance.now();
    }
    await delay(50);
  }
  return { body, loggedOutAt };
}
