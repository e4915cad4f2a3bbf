/**
 * Ids are UUIDs in canonical lower case, and branded so that a message's id is never passed where a conversation's is meant. The
 * brand exists only for the compiler: an id is a string everywhere, and any string may be given where an operation takes an id.
 */
declare const brand: unique symbol;
export type Branded<Name extends string> = string & { readonly [brand]: Name };

export type ConversationId = Branded<'ConversationId'>;
export type MessageId = Branded<'MessageId'>;
export type UserId = Branded<'UserId'>;
export type TenantId = Branded<'TenantId'>;
export type SessionId = Branded<'SessionId'>;
/** Names one command for ever: sent again, it has one effect and the same answer. */
export type OpId = Branded<'OpId'>;

const canonical = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True for a UUID in canonical lower case, whatever its version. */
export function isUuid(text: string): boolean {
  return canonical.test(text);
}

export interface IdSource {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Fills the array with random bytes. */
  readonly randomBytes: (bytes: Uint8Array) => void;
}

/**
 * Makes a function that returns new UUIDs of version 7 (RFC 9562): the first 48 bits are the time, so ids made one after
 * another sort in that order, also within one millisecond (a 12-bit counter follows the time). Order is a comfort for indexes only;
 * nothing in Parley is ordered by an id.
 */
export function createIdFactory(source: IdSource): () => string {
  let lastMs = 0;
  let counter = 0;
  const bytes = new Uint8Array(16);
  return () => {
    source.randomBytes(bytes);
    const now = source.now();
    if (now > lastMs) {
      lastMs = now;
      counter = (((bytes[6] ?? 0) & 0x07) << 8) | (bytes[7] ?? 0);
    } else {
      counter += 1;
      if (counter > 0xfff) {
        counter = 0;
        lastMs += 1;
      }
    }
    bytes[0] = lastMs / 2 ** 40;
    bytes[1] = lastMs / 2 ** 32;
    bytes[2] = lastMs / 2 ** 24;
    bytes[3] = lastMs / 2 ** 16;
    bytes[4] = lastMs / 2 ** 8;
    bytes[5] = lastMs;
    bytes[6] = 0x70 | (counter >> 8);
    bytes[7] = counter;
    bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
    return format(bytes);
  };
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Sixteen bytes as a canonical UUID. */
export function format(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < 16; index += 1) {
    if (index === 4 || index === 6 || index === 8 || index === 10) text += '-';
    text += hex[bytes[index] ?? 0];
  }
  return text;
}
