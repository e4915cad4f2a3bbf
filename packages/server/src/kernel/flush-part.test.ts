import { describe, expect, it } from 'vitest';
import { idleCommand, otherOperation, plainOperation } from '../testing/operations.js';
import { newMessageId } from '../testing/seed.js';
import type { Operation } from './command.js';
import { FlushPart } from './flush-part.js';

const taken = (...operations: readonly Operation[]): boolean[] => {
  const part = new FlushPart();
  return operations.map((operation) => part.take(operation));
};

describe('the part of a flush', () => {
  const message = newMessageId();
  const edit = () => otherOperation({ targets: [message] });

  it('takes operations on different rows, and knows whether all are plain messages', () => {
    const part = new FlushPart();
    expect([part.take(plainOperation()), part.take(plainOperation()), part.isPlain]).toEqual([
      true,
      true,
      true,
    ]);
    expect([part.take(edit()), part.isPlain]).toEqual([true, false]);
  });

  it('leaves the second edit of a message, and the edit of a message that is sent in it, to the next flush', () => {
    expect(taken(edit(), edit())).toEqual([true, false]);
    expect(taken(plainOperation({ id: message }), edit())).toEqual([true, false]);
  });

  it('leaves a reply to what the flush makes or changes, and the change of what it refers to', () => {
    const reply = () => otherOperation({ refersTo: [message] });
    expect(taken(plainOperation({ id: message }), reply())).toEqual([true, false]);
    expect(taken(edit(), reply())).toEqual([true, false]);
    expect(taken(reply(), edit())).toEqual([true, false]);
    expect(taken(reply(), reply())).toEqual([true, true]);
  });

  it('takes any number of a kind that commutes on one row, but no other kind beside them', () => {
    const add = idleCommand({ commutes: true });
    const remove = idleCommand({ commutes: true });
    const react = (command = add) => otherOperation({ command, targets: [message] });
    expect(taken(react(), react(), react(remove), edit())).toEqual([true, true, false, false]);
    expect(taken(edit(), react())).toEqual([true, false]);
  });

  it('takes a name once', () => {
    const first = otherOperation();
    expect(taken(first, { ...otherOperation(), opId: first.opId })).toEqual([true, false]);
  });
});
