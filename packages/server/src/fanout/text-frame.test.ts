import type { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import * as ws from 'ws';
import { encodeTextFrame } from './text-frame.js';

// ws exports its parser, and its types do not say so.
const { Receiver } = ws as unknown as {
  readonly Receiver: new (options: { readonly allowSynchronousEvents: boolean }) => Writable;
};

it.each([0, 1, 125, 126, 65_535, 65_536, 200_000])(
  'ws reads a frame of %i bytes as the text it was made from',
  (bytes) => {
    const text = 'é'.repeat(Math.floor(bytes / 2)) + 'a'.repeat(bytes % 2);
    expect(read(encodeTextFrame(text))).toEqual([text]);
  },
);

it('frames stand beside each other in one buffer', () => {
  expect(read(Buffer.concat([encodeTextFrame('one'), encodeTextFrame('\u{1f642}')]))).toEqual([
    'one',
    '\u{1f642}',
  ]);
});

/** What the reference implementation understands, in the turn of the write. */
function read(bytes: Buffer): string[] {
  const receiver = new Receiver({ allowSynchronousEvents: true });
  const texts: string[] = [];
  receiver.on('message', (data: Buffer, isBinary: boolean) => {
    expect(isBinary).toBe(false);
    texts.push(data.toString('utf8'));
  });
  receiver.write(bytes);
  return texts;
}
