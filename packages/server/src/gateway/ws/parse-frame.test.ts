import { describe, expect, it } from 'vitest';
import { expectCode } from '../../testing/expect-code.js';
import { FrameError, parseFrame } from './parse-frame.js';

const parse = (value: unknown) =>
  parseFrame(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

describe('parseFrame', () => {
  it.each([
    { type: 'hello', protocol: 1, token: 't', client: 'web', resume: { epoch: 'e', since: 's' } },
    { type: 'call', id: '1', operation: 'getMe', input: { a: [1] } },
    { type: 'refresh', token: 't' },
    { type: 'pong' },
  ])('reads %j', (frame) => {
    expect(parse(frame)).toEqual(frame);
  });

  it('reads a pong with more in it, because a peer that answers is alive', () => {
    expect(parse({ type: 'pong', at: 5 })).toEqual({ type: 'pong' });
  });

  it.each([5, 'null', [], '"text"', {}, { type: 5 }, { type: 'call', id: '', operation: 'x' }])(
    'answers invalid_frame to %j',
    async (frame) => {
      await expectCode('invalid_frame', () => parse(frame));
    },
  );

  it('answers unknown_type to a type it does not know', async () => {
    await expectCode('unknown_type', () => parse({ type: 'subscribe' }));
    await expectCode('unknown_type', () => parse({ type: 'constructor' }));
  });

  it('answers a call it cannot read under its id, unless that is longer than an id', async () => {
    const callIdOf = async (frame: object) => {
      const error = await expectCode('invalid_frame', () => parse(frame));
      return error instanceof FrameError ? error.callId : 'no frame error';
    };
    expect(await callIdOf({ type: 'call', id: '7', operation: 5 })).toBe('7');
    expect(await callIdOf({ type: 'call', id: '7', operation: 'getMe', more: 1 })).toBe('7');
    expect(await callIdOf({ type: 'call', id: 'x'.repeat(65), operation: 'getMe' })).toBeUndefined();
    expect(await callIdOf({ type: 'call', id: 7, operation: 'getMe' })).toBeUndefined();
  });

  it('answers what the JSON deserves', async () => {
    await expectCode('invalid_json', () => parse('{'));
    await expectCode('too_deep', () =>
      parse(`{"type":"call","id":"1","operation":"x","input":${'['.repeat(20)}`),
    );
    await expectCode('invalid_json', () => parse('{"type":"pong","__proto__":{}}'));
  });
});
