import { describe, expect, it } from 'vitest';
import {
  addPending,
  dropPending,
  listUnsent,
  markFailed,
  markSent,
  markWaiting,
} from './pending-messages.js';

const at = '2026-06-18T09:00:00.000Z';
const failure = { code: 'forbidden', reason: 'You may no longer post here.', action: 'copy' } as const;
const list = ['a', 'b'].reduce(
  (before, id) => addPending(before, { id, content: id, at }),
  [] as ReturnType<typeof addPending>,
);
const statuses = (of: typeof list) => of.map(({ delivery }) => delivery.status);

describe('messages on their way', () => {
  it('are listed once for an id', () => {
    expect(addPending(list, { id: 'a', content: 'again', at })).toBe(list);
  });

  it('take the time of the server when it has stored them', () => {
    const later = '2026-06-18T09:00:07.000Z';
    expect(markSent(list, 'a', later)[0]).toMatchObject({ at: later, delivery: { status: 'sent' } });
  });

  it('count as unsent until the server has them, failed ones too', () => {
    const mixed = markFailed(markSent(list, 'a', at), 'b', failure);
    expect(listUnsent(mixed).map(({ id }) => id)).toEqual(['b']);
  });

  it('wait again in their place when they are tried again', () => {
    expect(statuses(markWaiting(markFailed(list, 'a', failure), 'a'))).toEqual(['waiting', 'waiting']);
  });

  it('leave when the server shows them, and only then', () => {
    expect(dropPending(list, new Set(['a'])).map(({ id }) => id)).toEqual(['b']);
    expect(dropPending(list, new Set(['other']))).toBe(list);
  });
});
