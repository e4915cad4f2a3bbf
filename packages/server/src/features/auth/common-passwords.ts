/**
 * Whether a password is among those that are guessed first. Looked up offline in what leaked lists have most of, as far as it is long enough to be
 * taken at all: such passwords are a short favourite filled up, so the favourites are listed too and looked for behind what people add.
 */
import { commonPasswords } from './common-passwords.data.js';

const listed: ReadonlySet<string> = new Set(commonPasswords.trim().split(/\s+/));
const lookalikes: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
};
/** Rows of a keyboard and of counting, of which a password may be a piece. */
const rows = [
  '01234567890123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
];

/** True for a listed password in any case and with any separators, one filled up with digits or signs, one said twice or more, and a run of keys. */
export function isCommonPassword(password: string): boolean {
  const plain = password
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s._-]+/g, '');
  const bare = withoutEnds(plain);
  return [plain, unitOf(plain), bare, unitOf(bare)].some(
    (text) => isRun(text) || listed.has(text) || listed.has(withLetters(text)),
  );
}

/** What a text is a repetition of, or the text itself. */
function unitOf(text: string): string {
  const length = (text + text).indexOf(text, 1);
  return length < 1 ? text : text.slice(0, length);
}

/** Without the digits and signs people put before and behind, if these are no more than half of it: more are a password of their own. */
function withoutEnds(text: string): string {
  const bare = text.replace(/^[^\p{L}]+/u, '').replace(/[^\p{L}]+$/u, '');
  return bare.length * 2 < text.length ? text : bare;
}

function withLetters(text: string): string {
  return text.replace(/[013457@$]/g, (sign) => lookalikes[sign] ?? sign);
}

/** One key, or several that lie in a row. */
function isRun(text: string): boolean {
  const backwards = [...text].reverse().join('');
  return text.length < 2 || rows.some((row) => row.includes(text) || row.includes(backwards));
}
