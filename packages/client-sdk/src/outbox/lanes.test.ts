import { ParleyError } from '@parley/protocol/wire';
import { describe, expect, it } from 'vitest';
import { fakePlatform } from '../testing/fake-platform.js';
import { type Carrier, CarrierLost } from './carrier.js';
import { Outbox } from './outbox.js';

interface Carried {
  readonly name: string;
  readonly answer: (result: unknown) => void;
  readonly fail: (error: Error) => void;
}

interface Given {
  readonly signal?: AbortSignal;
  readonly isKept?: boolean;
}

function setUp() {
  const platform = fakePlatform();
  const carried: Carried[] = [];
  let isConnected = true;
  const carrier: Carrier = ({ input }) =>
    new Promise((answer, fail) => void carried.push({ name: String(Object.values(input)[0]), answer, fail }));
  const newId = () => 'an id';
  const outbox = new Outbox({ platform, newId, carrier: () => (isConnected ? carrier : undefined) });
  const submit = (lane: string, name: string, { signal, isKept = true }: Given = {}) =>
    outbox.submit({
      id: name,
      operation: 'sendMessage',
      input: { id: name },
      opId: undefined,
      lane,
      conversationId: lane,
      isKept,
      signal,
    });
  return {
    platform,
    outbox,
    submit,
    /** What left, in order. */
    names: () => carried.map(({ name }) => name),
    last: () => {
      const entry = carried.at(-1);
      if (entry === undefined) throw new Error('nothing was carried');
      return entry;
    },
    connect: (value: boolean) => {
      isConnected = value;
      if (value) outbox.flush();
    },
  };
}

describe('lanes of the outbox', () => {
  it('keep one command of a conversation outstanding and send the next after its verdict', async () => {
    const { submit, names, last, platform } = setUp();
    const other = submit('b', 'other');
    const one = submit('a', 'one');
    void submit('a', 'two');
    expect(names()).toEqual(['other', 'one']);
    last().answer('stored');
    expect(await one).toBe('stored');
    await platform.settle();
    expect(names()).toEqual(['other', 'one', 'two']);
    expect(await Promise.race([other, Promise.resolve('still waiting')])).toBe('still waiting');
  });

  it('send again, in order and ahead of what followed, what a lost connection left without an answer', async () => {
    const { submit, names, last, platform, connect } = setUp();
    const one = submit('a', 'one');
    const two = submit('a', 'two');
    connect(false);
    last().fail(new CarrierLost('lost'));
    await platform.settle();
    const three = submit('a', 'three');
    expect(names()).toEqual(['one']);
    connect(true);
    for (const result of [1, 2, 3]) {
      last().answer(result);
      await platform.settle();
    }
    expect(names()).toEqual(['one', 'one', 'two', 'three']);
    expect(await Promise.all([one, two, three])).toEqual([1, 2, 3]);
  });

  it('try again after the wait a busy server asks for, while the rest of the lane waits', async () => {
    const { submit, names, last, platform } = setUp();
    const one = submit('a', 'one');
    void submit('a', 'two');
    last().fail(new ParleyError('overloaded', { retryAfterMs: 2000 }));
    await platform.advance(2000);
    expect(names()).toEqual(['one']);
    await platform.advance(500);
    expect(names()).toEqual(['one', 'one']);
    last().answer('stored');
    expect(await one).toBe('stored');
  });

  it('keep what comes too often, in order, for as long as the server says so', async () => {
    const { submit, names, last, platform } = setUp();
    const [one, two] = [submit('a', 'one'), submit('a', 'two')];
    for (let refusal = 0; refusal < 30; refusal += 1) {
      last().fail(new ParleyError('rate_limited', { retryAfterMs: 700 }));
      await platform.advance(699);
      expect(names()).toHaveLength(refusal + 1);
      // The wait itself, and at most a second so that those who wait do not come together.
      await platform.advance(1001);
      expect(names()).toHaveLength(refusal + 2);
    }
    last().answer('first');
    await platform.settle();
    last().answer('second');
    expect(await Promise.all([one, two])).toEqual(['first', 'second']);
    expect(names()).toEqual([...Array(31).fill('one'), 'two']);
  });

  it('let go of what comes too often when its caller gives up', async () => {
    const { submit, names, last, platform } = setUp();
    const leaving = new AbortController();
    const one = submit('a', 'one', { signal: leaving.signal });
    void submit('a', 'two');
    last().fail(new ParleyError('rate_limited', { retryAfterMs: 700 }));
    await platform.settle();
    leaving.abort(new Error('never mind'));
    await expect(one).rejects.toThrow('never mind');
    await platform.advance(1700);
    expect(names()).toEqual(['one', 'two']);
  });

  it('give up on a server that stays busy, with its own error, what is not kept', async () => {
    const { submit, names, last, platform } = setUp();
    const one = submit('a', 'one', { isKept: false });
    const failed = expect(one).rejects.toMatchObject({ code: 'overloaded' });
    for (let attempt = 0; attempt < 8; attempt += 1) {
      last().fail(new ParleyError('overloaded'));
      await platform.advance(20_000);
    }
    await failed;
    expect(names()).toHaveLength(8);
  });

  it('hand a refusal to its caller and go on with the next', async () => {
    const { submit, names, last, platform } = setUp();
    const one = submit('a', 'one');
    void submit('a', 'two');
    last().fail(new ParleyError('forbidden'));
    await expect(one).rejects.toMatchObject({ code: 'forbidden' });
    await platform.settle();
    expect(names()).toEqual(['one', 'two']);
  });

  it('have at most 32 commands outstanding over all conversations', async () => {
    const { submit, names, last, platform } = setUp();
    for (let lane = 0; lane < 40; lane += 1) void submit(`lane-${lane}`, `${lane}`);
    expect(names()).toHaveLength(32);
    last().answer('ok');
    await platform.settle();
    expect(names()).toHaveLength(33);
  });

  it('forget a command that is given up before it left; one that left keeps its place', async () => {
    const { submit, names, last, platform } = setUp();
    const leaving = new AbortController();
    const waiting = new AbortController();
    const one = submit('a', 'one', { signal: leaving.signal });
    const two = submit('a', 'two', { signal: waiting.signal });
    void submit('a', 'three');
    waiting.abort(new Error('not now'));
    leaving.abort(new Error('never mind'));
    await expect(two).rejects.toThrow('not now');
    await expect(one).rejects.toThrow('never mind');
    expect(names()).toEqual(['one']);
    last().answer('ok');
    await platform.settle();
    expect(names()).toEqual(['one', 'three']);
  });

  it('refuse at once what no server would take', async () => {
    const { submit, names } = setUp();
    await expect(submit('a', 'x'.repeat(60_000))).rejects.toMatchObject({ code: 'payload_too_large' });
    expect(names()).toEqual([]);
  });

  it('reject everything that waits when there is no more hope', async () => {
    const { submit, outbox, connect } = setUp();
    connect(false);
    const both = Promise.allSettled([submit('a', 'one'), submit('b', 'two')]);
    outbox.end(new Error('closed'));
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
