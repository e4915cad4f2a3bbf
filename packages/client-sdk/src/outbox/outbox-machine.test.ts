import { ParleyError } from '@parley/protocol/wire';
import { describe, expect, it } from 'vitest';
import { sampleOperation } from '../testing/sample-operation.js';
import type { Operation, OutboxDelivery } from './operation.js';
import { OutboxError } from './outbox-error.js';
import { advance, type OutboxInput, type OutboxState, outboxLimits, refusalOf } from './outbox-machine.js';
import type { OutboxAround } from './turn.js';

const offline: OutboxAround = { now: 1000, random: 0.5, canSend: false, isPersistent: true };
const online: OutboxAround = { ...offline, canSend: true, isPersistent: false };
const forbidden = new ParleyError('forbidden');

const deliveries: Readonly<Record<string, OutboxDelivery>> = {
  saving: { status: 'saving' },
  queued: { status: 'queued' },
  sending: { status: 'sending' },
  waiting: { status: 'waiting', retryAt: 900 },
  failed: { status: 'failed', error: forbidden },
  blocked: { status: 'blocked', by: 'gone' },
};

const verdict = (given: Extract<OutboxInput, { type: 'verdict' }>['verdict']): OutboxInput => ({
  type: 'verdict',
  id: 'a',
  verdict: given,
});
const inputs: Readonly<Record<string, OutboxInput>> = {
  enter: { type: 'enter', operation: sampleOperation('a') },
  adopt: { type: 'adopt', operations: [sampleOperation('a')] },
  saved: { type: 'saved', ids: ['a'], isSaved: true },
  notSaved: { type: 'saved', ids: ['a'], isSaved: false },
  done: verdict({ type: 'done', result: {} }),
  refused: verdict({ type: 'refused', error: forbidden }),
  unknown: verdict({ type: 'unknown' }),
  again: verdict({ type: 'again', error: new ParleyError('overloaded'), isAskedTooOften: false }),
  due: { type: 'due', at: 1000 },
  flush: { type: 'flush' },
  seen: { type: 'seen', id: 'a', ack: {} },
  abort: { type: 'abort', id: 'a' },
  retry: { type: 'retry', id: 'a' },
  discard: { type: 'discard', id: 'a', deletionId: 'd' },
  end: { type: 'end' },
};

// What becomes of an operation, by what it is and what comes. `-` leaves it as it is.
const table = `
           saving  queued  sending  waiting  failed  blocked
enter      -       -       -        -        queued  -
adopt      -       -       -        -        -       -
saved      queued  -       -        -        -       -
notSaved   queued  -       -        -        -       -
done       -       -       gone     -        -       -
refused    -       -       failed   -        -       -
unknown    -       -       queued   -        -       -
again      -       -       waiting  -        -       -
due        -       -       -        queued   -       -
flush      -       -       -        -        -       -
seen       gone    gone    -        gone     gone    gone
abort      gone    gone    -        gone     gone    gone
retry      -       -       -        queued   queued  -
discard    gone    gone    -        gone     gone    gone
end        -       -       queued   queued   -       -
`;

describe('the machine of the outbox', () => {
  const [head = [], ...rows] = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));

  it('has a row for every input and a column for every state', () => {
    expect(head).toEqual(Object.keys(deliveries));
    expect(rows.map(([name]) => name)).toEqual(Object.keys(inputs));
  });

  for (const [name = '', ...cells] of rows)
    it.each(cells.map((cell, index) => [head[index] ?? '', cell] as const))(
      `takes "${name}" while %s: %s`,
      (from, to) => {
        const delivery = deliveries[from] ?? fail();
        const [after] = advance([sampleOperation('a', { delivery })], inputs[name] ?? fail(), offline);
        expect(statusOf(after, 'a')).toBe(to === '-' ? from : to);
      },
    );

  it('sends one operation of a lane, and lets what failed or is blocked be passed', () => {
    const state = [
      sampleOperation('failed', { delivery: { status: 'failed', error: forbidden } }),
      sampleOperation('blocked', { delivery: { status: 'blocked', by: 'failed' } }),
      sampleOperation('first'),
      sampleOperation('second'),
      sampleOperation('other', { lane: 'other' }),
    ];
    const [, effects] = advance(state, { type: 'flush' }, online);
    expect(sentIn(effects)).toEqual([['first'], ['other']]);
  });

  it('writes down that operations may have left before the first of them leaves, all at once', () => {
    const state = [sampleOperation('a', { saved: true }), sampleOperation('b', { saved: true })];
    const around = { ...offline, canSend: true };
    const [marked, effects] = advance(state, { type: 'flush' }, around);
    expect(effects.map((effect) => effect.type === 'save' && effect.operation.mayHaveLeft)).toEqual([
      true,
      true,
    ]);
    const [, after] = advance(marked, { type: 'saved', ids: ['a', 'b'], isSaved: true }, around);
    expect(sentIn(after)).toEqual([['a']]);
  });

  it('sends what could not be stored, and says that it is not saved', () => {
    const [entered] = advance([], { type: 'enter', operation: sampleOperation('a') }, offline);
    const [state, effects] = advance(
      entered,
      { type: 'saved', ids: ['a'], isSaved: false },
      { ...offline, canSend: true },
    );
    expect(sentIn(effects)).toEqual([['a']]);
    expect(state).toMatchObject([{ saved: false, hasLeft: true }]);
  });

  it('puts what earlier pages left in front, in their order', () => {
    const [entered] = advance([], { type: 'enter', operation: sampleOperation('now') }, offline);
    const found = [sampleOperation('one', { number: 7 }), sampleOperation('two', { number: 9 })];
    const [state] = advance(entered, { type: 'adopt', operations: found }, offline);
    expect(state.map(({ id, number }) => [id, number])).toEqual([
      ['one', -1],
      ['two', 0],
      ['now', 1],
    ]);
  });

  it('fails what waited for more than 14 days', () => {
    const around = { ...offline, now: outboxLimits.ageMs + 1 };
    const [state] = advance([sampleOperation('a')], { type: 'flush' }, around);
    expect(state).toMatchObject([{ delivery: { status: 'failed', error: { code: 'expired' } } }]);
  });

  it('deletes on the server what is discarded while its answer is out, once it is known to be there', () => {
    const sending = sampleOperation('a', { delivery: { status: 'sending' }, hasLeft: true });
    const [hidden] = advance([sending], { type: 'discard', id: 'a', deletionId: 'd' }, online);
    expect(hidden).toMatchObject([{ id: 'a', givenUp: 'd' }]);
    const [state, effects] = advance(hidden, verdict({ type: 'done', result: {} }), online);
    expect(state).toMatchObject([{ id: 'd', operation: 'deleteMessage', input: { messageId: 'a' } }]);
    expect(sentIn(effects)).toEqual([['d']]);
    const [gone] = advance(
      state,
      { ...verdict({ type: 'refused', error: forbidden }), id: 'd' } as OutboxInput,
      online,
    );
    expect(gone).toEqual([]);
  });

  it('lets in what fits, and says what does not', () => {
    const full: OutboxState = Array.from({ length: 1000 }, (_, index) => sampleOperation(`${index}`));
    expect(refusalOf(full, sampleOperation('new'))).toEqual(new OutboxError('outbox_full'));
    expect(refusalOf(full.slice(1), sampleOperation('new'))).toBeUndefined();
    const heavy = full.slice(900).map((each) => ({ ...each, bytes: 499_999 }));
    expect(refusalOf(heavy, sampleOperation('new', { bytes: 50_000 }))).toMatchObject({
      code: 'outbox_full',
    });
    expect(refusalOf([], sampleOperation('new', { bytes: 57_345 }))).toMatchObject({
      code: 'payload_too_large',
    });
    expect(refusalOf(full, sampleOperation('7', { lane: 'other' }))).toMatchObject({ code: 'id_conflict' });
  });
});

function fail(): never {
  throw new Error('the table names something that is not there');
}

function statusOf(state: readonly Operation[], id: string): string {
  return state.find((operation) => operation.id === id)?.delivery.status ?? 'gone';
}

function sentIn(effects: ReturnType<typeof advance>[1]): string[][] {
  return effects.flatMap((effect) => (effect.type === 'send' ? [effect.operations.map(({ id }) => id)] : []));
}
