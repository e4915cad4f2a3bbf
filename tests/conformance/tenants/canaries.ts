import { randomBytes } from 'node:crypto';

/** A string that stands nowhere else, and where it was planted. */
export interface Canary {
  readonly where: string;
  readonly text: string;
}

/** Letters and digits alone, so that JSON, HTML and addresses carry it as it is. A user name and a mail address may hold it. */
export function newCanary(): string {
  return `c${randomBytes(9).toString('hex')}y`;
}

/** Searches bytes for what must not be in them, in the forms somebody may have put it: as it is, without the dashes of an id, in hex or in base64. */
export class LeakDetector {
  readonly #needles: readonly { readonly canary: Canary; readonly forms: readonly string[] }[];

  constructor(canaries: readonly Canary[]) {
    for (const { where, text } of canaries)
      if (text.length < 12) throw new Error(`the canary of ${where} is too short to be one`);
    this.#needles = canaries.map((canary) => ({ canary, forms: formsOf(canary.text) }));
  }

  get size(): number {
    return this.#needles.length;
  }

  /** What was found. `known` is text of whoever got the bytes: what stands in it is no news to them. */
  find(bytes: string, known = ''): Canary[] {
    const text = bytes.toLowerCase();
    const said = known.toLowerCase();
    return this.#needles
      .filter(({ canary, forms }) => {
        if (said.includes(canary.text.toLowerCase())) return false;
        // Base64 is told apart by case, the rest is not.
        return forms.some((form) => text.includes(form.toLowerCase()) && isIn(bytes, text, form));
      })
      .map(({ canary }) => canary);
  }
}

function isIn(bytes: string, lowerCase: string, form: string): boolean {
  return bytes.includes(form) || (/^[0-9a-z-]+$/.test(form) && lowerCase.includes(form));
}

/** Also each base64 form at the three places in a group of bytes it may begin at, without the ends that depend on what stands beside it. */
function formsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const inBase64 = [0, 1, 2].flatMap((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const inner = padded.slice(offset === 0 ? 0 : offset + 1, -1);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const undashed = text.replaceAll('-', '').toLowerCase();
  return [...new Set([text.toLowerCase(), undashed, bytes.toString('hex'), ...inBase64])];
}
