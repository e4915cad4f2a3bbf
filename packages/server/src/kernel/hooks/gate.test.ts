import { type Input, ParleyError } from '@parley/protocol';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { messagesFeature } from '../../features/messages/index.js';
import { preferencesFeature } from '../../features/preferences/index.js';
import { createFakeClock } from '../../testing/fake-clock.js';
import { operationOf } from '../../testing/operation-of.js';
import { newConversationId, newMessageId, newUserId } from '../../testing/seed.js';
import { turn } from '../../testing/turn.js';
import { parseInput } from '../parse-input.js';
import { conversationOf } from './conversation-of.js';
import { HookGate, type HookGateOptions } from './gate.js';
import type { Hooks } from './hooks.js';

const conversationId = newConversationId();
// Only its ids are looked at.
const actor = { userId: newUserId(), tenantId: newUserId() as string } as Actor;
const operation = (name: 'sendMessage' | 'sendMessages' | 'editMessage' | 'listMessages') =>
  operationOf(messagesFeature, name);

function openGate(hooks: Hooks, options: Partial<HookGateOptions> = {}) {
  const clock = createFakeClock();
  const onFailed = vi.fn();
  const gate = new HookGate({
    hooks,
    newId: newMessageId,
    timeoutMs: 2000,
    onFailure: 'refuse',
    after: clock.after,
    onFailed,
    ...options,
  });
  const went: unknown[] = [];
  /** Parses as `execute` does, and notes with which input the command goes on. */
  const pass = async (name: Parameters<typeof operation>[0], given: object, by: Actor | null = actor) => {
    const registered = operation(name);
    const input = parseInput(registered.operation, given);
    return gate.pass({ operation: registered, actor: by ?? undefined }, input, async (accepted) => {
      went.push(accepted);
      return accepted;
    });
  };
  const send = (content: string, id: string = newMessageId()) =>
    pass('sendMessage', { conversationId, id, content });
  return { gate, clock, onFailed, went, pass, send };
}

const contents = (went: readonly unknown[]) =>
  went.map((input) => (input as { readonly content?: string }).content);

describe('beforeCommand', () => {
  it('changes what goes on, and what it returns is parsed', async () => {
    const { send, went } = openGate({
      beforeCommand: {
        sendMessage: async ({ input }) =>
          // Ids in capitals are the same ids, once they are parsed.
          input.content === 'secret'
            ? { ...input, id: input.id.toUpperCase(), content: 'masked' }
            : undefined,
      },
    });
    const id = newMessageId();
    await send('plain');
    await send('secret', id);
    expect(contents(went)).toEqual(['plain', 'masked']);
    expect(went[1]).toMatchObject({ id });
  });

  it('is told who acts, and gets a copy it cannot change', async () => {
    const seen: unknown[] = [];
    const { send, went, onFailed } = openGate({
      beforeCommand: (command) => {
        seen.push([command.operation, command.by]);
        // A hook in JavaScript would find nothing wrong with it.
        (command.input as { content: string }).content = 'changed by hand';
      },
    });
    await expect(send('hello')).rejects.toMatchObject({ code: 'unavailable' });
    expect(seen).toEqual([['sendMessage', { userId: actor.userId, tenantId: actor.tenantId }]]);
    expect(went).toEqual([]);
    expect(onFailed).toHaveBeenCalledExactlyOnceWith('beforeCommand', 'sendMessage', expect.any(TypeError));
  });

  it('refuses with the error it throws, which is no failure', async () => {
    const refusal = new ParleyError('forbidden', { message: 'No cards here.' });
    const { send, went, onFailed } = openGate({
      beforeCommand: { sendMessage: () => Promise.reject(refusal) },
    });
    await expect(send('4111')).rejects.toBe(refusal);
    expect([went, onFailed.mock.calls]).toEqual([[], []]);
  });

  it.each([
    ['the id', { id: newMessageId() }],
    ['the conversation', { conversationId: newConversationId() }],
  ])('may not change %s', async (_what, change) => {
    const { send, went } = openGate({
      beforeCommand: { sendMessage: ({ input }) => ({ ...input, ...change }) },
    });
    const error = await send('hello').catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'internal',
      cause: { message: expect.stringMatching(/changed .*[iI]d;/) },
    });
    expect(went).toEqual([]);
  });

  it('may not change which messages are sent together, only what they say', async () => {
    const messages = [1, 2].map((count) => ({ id: newMessageId(), content: `no ${count}` }));
    const change = vi.fn((all: typeof messages) => all.map((one) => ({ ...one, content: 'masked' })));
    const { pass, went } = openGate({
      beforeCommand: {
        sendMessages: ({ input }) => ({ ...input, messages: change(input.messages as typeof messages) }),
      },
    });
    await pass('sendMessages', { conversationId, messages });
    expect(went).toMatchObject([{ messages: [{ content: 'masked' }, { content: 'masked' }] }]);
    change.mockImplementation((all) => all.slice(1));
    await expect(pass('sendMessages', { conversationId, messages })).rejects.toMatchObject({
      code: 'internal',
    });
    change.mockImplementation((all) => [...all].reverse());
    await expect(pass('sendMessages', { conversationId, messages })).rejects.toMatchObject({
      code: 'internal',
    });
  });

  it('may not return what the contract does not take; the reason names fields and no values', async () => {
    const { send } = openGate({
      // As JavaScript would.
      beforeCommand: { sendMessage: ({ input }) => ({ ...input, content: 4111 as unknown as string }) },
    });
    const error = await send('hello').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'internal', cause: { message: expect.stringContaining('content') } });
    expect(String((error as ParleyError).cause)).not.toContain('4111');
  });

  it('that takes too long refuses as unavailable, once, and what it says later counts for nothing', async () => {
    const answers: ((input: undefined) => void)[] = [];
    const { send, clock, onFailed, went } = openGate({
      beforeCommand: { sendMessage: () => new Promise<undefined>((resolve) => void answers.push(resolve)) },
    });
    const sending = expect(send('hello')).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 1000 });
    clock.advance(1999);
    await turn();
    expect(onFailed).not.toHaveBeenCalled();
    clock.advance(1);
    await sending;
    answers[0]?.(undefined);
    await turn();
    expect(went).toEqual([]);
    expect(onFailed).toHaveBeenCalledExactlyOnceWith('beforeCommand', 'sendMessage', expect.any(Error));
    expect(clock.pending).toBe(0);
  });

  it('that fails lets pass what came where failures are allowed', async () => {
    const { send, went, onFailed } = openGate(
      { beforeCommand: () => Promise.reject(new Error('no way to the filter')) },
      { onFailure: 'allow' },
    );
    await send('hello');
    expect(contents(went)).toEqual(['hello']);
    expect(onFailed).toHaveBeenCalledOnce();
  });

  it('is asked neither about queries nor by who may not call at all', async () => {
    const before = vi.fn();
    const { pass, went } = openGate({ beforeCommand: before });
    await pass('listMessages', { conversationId });
    // The rules refuse it then.
    await pass('sendMessage', { conversationId, id: newMessageId(), content: 'hello' }, null);
    expect(before).not.toHaveBeenCalled();
    expect(went).toHaveLength(2);
  });

  it('keeps the order of a conversation, also of commands without a hook', async () => {
    const answers: (() => void)[] = [];
    const { pass, send, went } = openGate({
      beforeCommand: { sendMessage: () => new Promise<void>((resolve) => void answers.push(resolve)) },
    });
    const edit = { conversationId, messageId: newMessageId(), content: 'edited' };
    const all = [send('first'), send('second'), pass('editMessage', edit)];
    await pass('editMessage', { ...edit, conversationId: newConversationId(), content: 'elsewhere' });
    answers[1]?.();
    await turn();
    expect(contents(went)).toEqual(['elsewhere']);
    answers[0]?.();
    await Promise.all(all);
    expect(contents(went)).toEqual(['elsewhere', 'first', 'second', 'edited']);
  });

  it('keeps the order of what somebody changes about themselves', () => {
    const { handler } = operationOf(preferencesFeature, 'updatePreferences');
    // Nothing of it is looked at.
    const lane = conversationOf(handler, {} as never, { actor, newId: newMessageId });
    expect(lane).toBe(actor.userId);
  });

  it('that answers without a promise lets the command on in the same turn', () => {
    const { send, went } = openGate({ beforeCommand: () => undefined, authorise: () => true });
    void send('hello');
    expect(contents(went)).toEqual(['hello']);
  });

  it('knows the input of each command', () => {
    const hooks: Hooks = {
      beforeCommand: {
        sendMessage: async ({ input }) => {
          expectTypeOf(input.content).toEqualTypeOf<string>();
          return { ...input, content: 'masked' };
        },
        // @ts-expect-error a name is no text
        editMessage: ({ input }) => ({ ...input, content: 1 }),
      },
    };
    const forAll: Hooks = {
      beforeCommand: (command) => {
        if (command.operation === 'sendMessage') expectTypeOf(command.input.content).toEqualTypeOf<string>();
      },
    };
    expectTypeOf<Input<'sendMessage'>['content']>().toEqualTypeOf<string>();
    expect([hooks, forAll]).toHaveLength(2);
  });
});

describe('authorise', () => {
  it('is asked about queries and commands of somebody, with what beforeCommand made of them', async () => {
    const seen: unknown[] = [];
    const { pass, send } = openGate({
      beforeCommand: { sendMessage: ({ input }) => ({ ...input, content: 'masked' }) },
      authorise: ({ operation: name, input, by }) => {
        seen.push([name, 'content' in input ? input.content : undefined, by.userId]);
        return true;
      },
    });
    await send('hello');
    await pass('listMessages', { conversationId });
    expect(seen).toEqual([
      ['sendMessage', 'masked', actor.userId],
      ['listMessages', undefined, actor.userId],
    ]);
  });

  it.each([
    [false, 'forbidden'],
    ['hidden', 'not_found'],
    [undefined, 'forbidden'],
  ])('with %s answers %s', async (verdict, code) => {
    for (const authorise of [() => verdict, async () => verdict]) {
      // As JavaScript might forget to return.
      const { send, went } = openGate({ authorise: authorise as NonNullable<Hooks['authorise']> });
      await expect(send('hello')).rejects.toMatchObject({ code });
      expect(went).toEqual([]);
    }
  });

  it('that fails refuses, or leaves it to the rules where failures are allowed', async () => {
    const authorise = () => Promise.reject(new Error('no way to the directory'));
    await expect(openGate({ authorise }).send('hello')).rejects.toMatchObject({ code: 'unavailable' });
    const { send, went } = openGate({ authorise }, { onFailure: 'allow' });
    await send('hello');
    expect(contents(went)).toEqual(['hello']);
  });
});
