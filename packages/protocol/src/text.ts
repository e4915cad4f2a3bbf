/**
 * Rules for text, in one place, without zod: the server's schemas and the SDK's local refusals call the same functions.
 *
 * Why: PostgreSQL refuses NUL in text and stores it in json only to fail on a later read; lone surrogates become U+FFFD on the way
 * to UTF-8, so what was sent would not be what is stored; controls and bidi overrides in names let one person pose as another.
 */

/** Well-formed UTF-16 without NUL: what may be stored at all. */
export function isStorableText(text: string): boolean {
  return isWellFormed(text) && !text.includes('\u0000');
}

/** Length in code points, which is what limits on text count. */
export function codePointLength(text: string): number {
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    length += 1;
    if (isPairAt(text, index)) index += 1;
  }
  return length;
}

/** Length in UTF-8 bytes, without allocating. A lone surrogate counts three, as its replacement would. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else {
      bytes += 2;
      if (isPairAt(text, index)) index += 1;
    }
  }
  return bytes;
}

/** True where a surrogate pair begins. */
function isPairAt(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  const next = text.charCodeAt(index + 1);
  return unit >= 0xd800 && unit <= 0xdbff && next >= 0xdc00 && next <= 0xdfff;
}

/** True when a text fits both a limit in code points and one in UTF-8 bytes. */
export function fitsText(text: string, maxCodePoints: number, maxBytes: number): boolean {
  if (text.length <= maxCodePoints && text.length * 3 <= maxBytes) return true;
  return codePointLength(text) <= maxCodePoints && utf8Length(text) <= maxBytes;
}

// Controls, zero-width and invisible format characters, bidi overrides and isolates, tags, variation selector supplements,
// line and paragraph separators: none of them belongs in a name. Zero-width joiner (U+200D) and non-joiner (U+200C) stay: emoji
// and Persian need them.
const notInNames =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the purpose
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/u;
// More than eight combining marks on one base is decoration that covers the neighbouring lines ("zalgo").
const pileOfMarks = /\p{M}{9}/u;

/** A name people see next to each other: trimmed, not empty, no invisible characters, no piles of marks. */
export function isDisplayName(text: string, maxCodePoints: number): boolean {
  return (
    isStorableText(text) &&
    text.trim() === text &&
    text.length > 0 &&
    codePointLength(text) <= maxCodePoints &&
    !notInNames.test(text) &&
    !pileOfMarks.test(text)
  );
}

/** Lower-case letters, digits, dot, dash and underscore, beginning and ending with a letter or digit. */
export function isUsername(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9._-]{1,30})[a-z0-9]$/.test(text);
}

type WithIsWellFormed = { isWellFormed?: () => boolean };

function isWellFormed(text: string): boolean {
  // Not every browser of the last years has it; the cast only says that it may be missing.
  const native = (text as unknown as WithIsWellFormed).isWellFormed;
  if (native !== undefined) return native.call(text);
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    if (!isPairAt(text, index)) return false;
    index += 1;
  }
  return true;
}
