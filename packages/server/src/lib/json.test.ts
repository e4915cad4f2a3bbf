import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectCode } from '../testing/expect-code.js';
import { parseJson, parseJsonText } from './json.js';

const bytes = (text: string) => Buffer.from(text, 'utf8');

describe('parseJson', () => {
  it('reads whatever JSON.stringify writes, down to sixteen levels', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 12 }), (value) => {
        const text = JSON.stringify(value);
        if (text.includes('"__proto__"') || text.includes('"constructor"')) return;
        expect(parseJson(bytes(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    '{"__proto__":{"isAdmin":true}}',
    '{"a":[{"__proto__":1}]}',
    '{"\\u005f\\u005fproto__":{}}',
    '{"constructor":{"prototype":{"isAdmin":true}}}',
  ])('refuses %s, by which a prototype would change', async (text) => {
    await expectCode('invalid_json', () => parseJson(bytes(text)));
  });

  it.each(['', '{', '{"a":1,}', 'NaN', "{'a':1}", '1 2'])('refuses %j as not JSON', async (text) => {
    await expectCode('invalid_json', () => parseJson(bytes(text)));
  });

  it.each([
    ['a lone continuation byte', [0x22, 0x80, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a cut character', [0x22, 0xe2, 0x82, 0x22]],
  ])('refuses %s instead of replacing it', async (_name, raw) => {
    await expectCode('invalid_encoding', () => parseJson(Uint8Array.from(raw)));
  });

  it('takes sixteen levels and refuses the seventeenth', async () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(parseJsonText(nested(16))).toBeInstanceOf(Array);
    await expectCode('too_deep', () => parseJsonText(nested(17)));
    await expectCode('too_deep', () => parseJsonText('{"a":'.repeat(17)));
    await expectCode('too_deep', () => parseJsonText('['.repeat(1_000_000)));
  });

  it('counts no brackets inside strings, and width is no depth', () => {
    const text = '[[[[['.repeat(20);
    expect(parseJsonText(JSON.stringify({ text, quoted: `\\"${text}`, end: '\\' }))).toEqual({
      text,
      quoted: `\\"${text}`,
      end: '\\',
    });
    expect(parseJsonText(`[${Array.from({ length: 100 }, () => '[]').join()}]`)).toHaveLength(100);
  });
});
