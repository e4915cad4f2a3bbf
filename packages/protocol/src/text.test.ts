import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { codePointLength, fitsText, isDisplayName, isStorableText, isUsername, utf8Length } from './text.js';

/** Any UTF-16, lone surrogates included: that is what a peer may send. */
const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
});
const wellFormedText = fc.string({ unit: 'binary' });

describe('isStorableText', () => {
  it.each(['', 'plain', 'مرحبا', '漢字', '👩‍👩‍👧', '\u0001', '\ufffd'])('takes %j', (text) => {
    expect(isStorableText(text)).toBe(true);
  });

  it.each(['\u0000', 'a\u0000b', '\ud83d', '\ude00', 'a\ud83d', '\ude00\ud83d', '\ud83dx'])(
    'refuses %j',
    (text) => {
      expect(isStorableText(text)).toBe(false);
    },
  );

  it('takes exactly what survives the way through UTF-8 and has no NUL', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const survives = Buffer.from(text, 'utf8').toString('utf8') === text && !text.includes('\0');
        expect(isStorableText(text)).toBe(survives);
      }),
    );
  });

  it('judges the same where the platform has no isWellFormed', () => {
    vi.spyOn(String.prototype as { isWellFormed?: unknown }, 'isWellFormed', 'get').mockReturnValue(
      undefined,
    );
    try {
      fc.assert(
        fc.property(anyText, (text) => {
          const survives = Buffer.from(text, 'utf8').toString('utf8') === text && !text.includes('\0');
          expect(isStorableText(text)).toBe(survives);
        }),
      );
    } finally {
      vi.restoreAllMocks();
    }
  });
});

describe('lengths', () => {
  it('utf8Length is what Node counts, also for broken text', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, wellFormedText), (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text));
      }),
    );
  });

  it('codePointLength is what iteration counts', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, wellFormedText), (text) => {
        expect(codePointLength(text)).toBe([...text].length);
      }),
    );
  });

  it('fitsText holds both limits, to the last unit', () => {
    expect(fitsText('aaa', 3, 3)).toBe(true);
    expect(fitsText('aaa', 2, 100)).toBe(false);
    expect(fitsText('aaa', 100, 2)).toBe(false);
    expect(fitsText('😀😀', 2, 8)).toBe(true);
    expect(fitsText('😀😀', 2, 7)).toBe(false);
    fc.assert(
      fc.property(anyText, fc.nat(20), fc.nat(60), (text, points, bytes) => {
        const fits = [...text].length <= points && Buffer.byteLength(text) <= bytes;
        expect(fitsText(text, points, bytes)).toBe(fits);
      }),
    );
  });
});

describe('isDisplayName', () => {
  it.each(['Inés Duarte', '森 健二', 'علی‌رضا', '👩‍🚀', 'x', 'Ngô Thị', 'नमस्ते'])('takes %j', (text) => {
    expect(isDisplayName(text, 100)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['spaces around', ' a '],
    ['a line break', 'a\nb'],
    ['a NUL', 'a\u0000'],
    ['a lone surrogate', '\ud83d'],
    ['a bidi override', 'a\u202eb'],
    ['a bidi isolate', 'a\u2066b'],
    ['a zero-width space', 'a\u200bb'],
    ['a soft hyphen', 'a\u00adb'],
    ['a line separator', 'a\u2028b'],
    ['a tag character', 'a\u{e0041}b'],
    ['a byte order mark inside', 'a\ufeffb'],
    ['a pile of marks', `a${'\u0301'.repeat(9)}`],
  ])('refuses %s', (_name, text) => {
    expect(isDisplayName(text, 100)).toBe(false);
  });

  it('counts code points: a hundred faces fit, one more does not', () => {
    expect(isDisplayName('😀'.repeat(100), 100)).toBe(true);
    expect(isDisplayName('😀'.repeat(101), 100)).toBe(false);
  });

  it('allows eight marks on one base', () => {
    expect(isDisplayName(`a${'\u0301'.repeat(8)}`, 100)).toBe(true);
  });
});

describe('isUsername', () => {
  it.each(['abc', 'a.b-c_d', '007', 'a'.repeat(32)])('takes %j', (text) => {
    expect(isUsername(text)).toBe(true);
  });

  it.each(['', 'ab', 'Abc', '.abc', 'abc-', 'a b', 'ábc', 'abc\n', 'a'.repeat(33)])('refuses %j', (text) => {
    expect(isUsername(text)).toBe(false);
  });
});
