import { Registry } from 'prom-client';
import { expect, it, vi } from 'vitest';
import type { Actor } from '../access/actor.js';
import { messagesFeature } from '../features/messages/index.js';
import type { HookedCall } from '../kernel/hooks/gate.js';
import type { Hooks } from '../kernel/hooks/hooks.js';
import { optionDefaults } from '../options.js';
import { expectCode } from '../testing/expect-code.js';
import { createFakeClock } from '../testing/fake-clock.js';
import { operationOf } from '../testing/operation-of.js';
import { publicationOf } from '../testing/publications.js';
import { newConversationId, newMessageId, newUserId } from '../testing/seed.js';
import { turn } from '../testing/turn.js';
import { openHooks } from './open-hooks.js';

const conversationId = newConversationId();
const content = 'a text that belongs in no log';
const input = { conversationId, id: newMessageId(), content };
const call: HookedCall = {
  operation: operationOf(messagesFeature, 'sendMessage'),
  // Only its ids are looked at.
  actor: { userId: newUserId(), tenantId: newUserId() as string } as Actor,
};

function open(hooks: Hooks) {
  const registry = new Registry();
  const error = vi.fn();
  const clock = createFakeClock();
  const opened = openHooks({
    options: { ...optionDefaults, hooks, clock },
    newId: newMessageId,
    metrics: { registry },
    log: { error },
  });
  const pass = () => opened.gate?.pass(call, input, async (accepted) => accepted);
  const counted = async (name: string) => {
    const metric = await registry.getSingleMetric(name)?.get();
    return metric?.values.map(({ labels, value }) => [labels['hook'], value]);
  };
  return { opened, error, clock, pass, counted };
}

it('without hooks there is no gate for operations to pass', () => {
  expect(open({}).opened.gate).toBeUndefined();
  expect(open({ afterCommit: () => {} }).opened.gate).toBeUndefined();
});

it('a name that no command has does not start', () => {
  // As JavaScript would.
  for (const name of ['sendMesage', 'listMessages', 'runBatch'])
    expect(() => open({ beforeCommand: { [name]: () => undefined } as object })).toThrow(name);
});

it('a hook that fails is logged once, with the operation and without its input, and counted', async () => {
  const { pass, error, counted } = open({ beforeCommand: () => Promise.reject(new Error('no way')) });
  await expectCode('unavailable', pass);
  const fields = { err: expect.any(Error), hook: 'beforeCommand', operation: 'sendMessage' };
  expect(error.mock.calls).toEqual([[fields, 'a hook failed']]);
  expect(JSON.stringify(error.mock.calls)).not.toContain(content);
  expect(await counted('parley_hook_failures_total')).toEqual([['beforeCommand', 1]]);
});

it('a hook has two seconds unless told otherwise', async () => {
  const { pass, clock, error } = open({ authorise: () => new Promise(() => {}) });
  const refused = expectCode('unavailable', pass);
  await turn();
  clock.advance(1999);
  expect(clock.pending).toBe(1);
  clock.advance(1);
  await refused;
  expect(error.mock.calls[0]?.[0]).toMatchObject({ err: { message: 'it took more than 2000 ms' } });
});

it('closing lets commands in their hooks go on first', async () => {
  const answers: (() => void)[] = [];
  const { opened } = open({
    beforeCommand: () => new Promise<void>((resolve) => void answers.push(resolve)),
  });
  const order: string[] = [];
  const going = opened.gate?.pass(call, input, async () => order.push('in its lane'));
  const closing = opened.admitted().then(() => order.push('closed'));
  await turn();
  expect(order).toEqual([]);
  answers[0]?.();
  await Promise.all([going, closing]);
  expect(order).toEqual(['in its lane', 'closed']);
});

it('events afterCommit could not be told of are counted, and that is logged', async () => {
  const { opened, error, counted } = open({ afterCommit: () => new Promise(() => {}) });
  const publication = publicationOf(conversationId, [1]);
  const many = { ...publication, events: Array.from({ length: 10_003 }, () => publication.events).flat() };
  opened.told(many);
  expect(error.mock.calls).toEqual([[{ hook: 'afterCommit' }, expect.any(String)]]);
  expect(await counted('parley_hook_events_dropped_total')).toEqual([[undefined, 3]]);
});
