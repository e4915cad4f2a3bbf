import type { ConversationId } from '@parley/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.js';
import { newConversationId } from '../../testing/seed.js';
import { turn } from '../../testing/turn.js';
import { WaitingLines } from './waiting-lines.js';

const here = newConversationId();
const elsewhere = newConversationId();

/** A promise and what settles it. */
function open<Value>() {
  let settle: { resolve: (value: Value) => void; reject: (error: unknown) => void } | undefined;
  const promise = new Promise<Value>((resolve, reject) => {
    settle = { resolve, reject };
  });
  if (settle === undefined) throw new Error('a promise calls its executor at once');
  return { promise, ...settle };
}

describe('commands that wait for their hooks', () => {
  it('go on in the order they came, whatever their hooks take', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            place: fc.constantFrom(here, elsewhere, undefined),
            comesAfterMs: fc.nat({ max: 5 }),
            // Undefined: it has no hook. Null: its hook refuses it.
            hookMs: fc.option(fc.nat({ max: 20 }), { nil: undefined }),
            isRefused: fc.boolean(),
          }),
          { maxLength: 40 },
        ),
        async (commands) => {
          const clock = createFakeClock(0);
          const lines = new WaitingLines();
          const came = new Map<ConversationId | undefined, number[]>();
          const went = new Map<ConversationId | undefined, number[]>();
          const answers: Promise<unknown>[] = [];
          const note = (into: typeof came, place: ConversationId | undefined, index: number) =>
            into.set(place, [...(into.get(place) ?? []), index]);
          let at = 0;
          for (const [index, { place, comesAfterMs, hookMs, isRefused }] of commands.entries()) {
            at += comesAfterMs;
            clock.after(at, () => {
              const goOn = async () => note(went, place, index);
              if (hookMs === undefined && !lines.hasLine(place)) {
                note(came, place, index);
                return void answers.push(goOn());
              }
              const hook = open<void>();
              clock.after(hookMs ?? 0, () => (isRefused ? hook.reject(new Error('no')) : hook.resolve()));
              if (!isRefused) note(came, place, index);
              answers.push(lines.wait(place, hook.promise, goOn).catch(() => 'refused'));
            });
          }
          for (let ms = 0; ms < at + 40; ms += 1) {
            clock.advance(1);
            for (let count = 0; count < 8; count += 1) await Promise.resolve();
          }
          clock.advance(100);
          await Promise.all(answers);
          for (const place of [here, elsewhere]) expect(went.get(place)).toEqual(came.get(place));
          expect(went.get(undefined)?.length).toBe(came.get(undefined)?.length);
          expect(lines.isEmpty).toBe(true);
          await lines.idle();
        },
      ),
      { numRuns: 300 },
    );
  });

  it('do not wait for another conversation, nor for one that was refused', async () => {
    const lines = new WaitingLines();
    const [first, second, other] = [open<string>(), open<string>(), open<string>()];
    const went: string[] = [];
    const goOn = async (name: string) => void went.push(name);
    const refused = lines.wait(here, first.promise, goOn);
    const waits = lines.wait(here, second.promise, goOn);
    const apart = lines.wait(elsewhere, other.promise, goOn);
    other.resolve('other');
    second.resolve('second');
    await apart;
    expect(went).toEqual(['other']);
    first.reject(new Error('no'));
    await expect(refused).rejects.toThrow('no');
    await waits;
    expect(went).toEqual(['other', 'second']);
  });

  it('go on together once the first of them may: nothing comes between', async () => {
    const lines = new WaitingLines();
    const hooks = [open<number>(), open<number>(), open<number>()];
    const went: number[] = [];
    const goOn = async (index: number) => void went.push(index);
    const all = hooks.map(({ promise }) => lines.wait(here, promise, goOn));
    hooks[2]?.resolve(2);
    hooks[1]?.resolve(1);
    await turn();
    expect(went).toEqual([]);
    hooks[0]?.resolve(0);
    await Promise.all(all);
    expect(went).toEqual([0, 1, 2]);
    expect(lines.hasLine(here)).toBe(false);
  });

  it('are refused as overloaded where too many wait already, here or in all', () => {
    const lines = new WaitingLines({ maxWaiting: 2, maxWaitingInAll: 3 });
    const never = new Promise<never>(() => {});
    const wait = (place: ConversationId | undefined) => {
      lines.requireRoom(place);
      void lines.wait(place, never, async () => {});
    };
    wait(here);
    wait(here);
    expect(() => wait(here)).toThrow(expect.objectContaining({ code: 'overloaded', retryAfterMs: 1000 }));
    wait(elsewhere);
    expect(() => wait(undefined)).toThrow(expect.objectContaining({ code: 'overloaded' }));
  });

  it('are waited for by whoever closes', async () => {
    const lines = new WaitingLines();
    const [hook, apart] = [open<void>(), open<void>()];
    const went: string[] = [];
    void lines.wait(here, hook.promise, async () => void went.push('here'));
    void lines.wait(undefined, apart.promise, async () => void went.push('apart'));
    const idle = lines.idle().then(() => went.push('idle'));
    hook.resolve();
    await turn();
    expect(went).toEqual(['here']);
    apart.resolve();
    await idle;
    expect(went).toEqual(['here', 'apart', 'idle']);
  });

  it('fail with what carrying them out throws, and let the next one on', async () => {
    const lines = new WaitingLines();
    const failing = lines.wait(here, Promise.resolve(), () => {
      throw new Error('broken');
    });
    const next = lines.wait(here, Promise.resolve('fine'), async (text) => text);
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('fine');
  });
});
