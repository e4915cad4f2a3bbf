import * as z from 'zod';
import type { ConversationId, MessageId, OpId, SessionId, TenantId, UserId } from './ids.js';
import { isUuid } from './ids.js';
import { limits } from './limits.js';
import { allRights, roles } from './rights.js';
import { codePointLength, fitsText, isDisplayName, isStorableText, isUsername, utf8Length } from './text.js';

/**
 * Fields as schemas: the text rules of `text.ts` and the sizes of `limits.ts` in the form operations are made of. A rule's name (`params.code`)
 * becomes the error code; a list that is too long is `too_many_items`.
 */

function id<Id extends string>() {
  // Any spelling is accepted and compared in canonical lower case. Branding is the parse's result, hence the cast.
  return z
    .string()
    .max(36)
    .transform((text) => text.toLowerCase() as Id)
    .refine((text) => isUuid(text), 'not a UUID')
    .meta({ format: 'uuid' });
}

export const conversationId = id<ConversationId>();
export const messageId = id<MessageId>();
export const userId = id<UserId>();
export const tenantId = id<TenantId>();
export const sessionId = id<SessionId>();
export const opId = id<OpId>();

const storable = { error: 'NUL or lone surrogate', params: { code: 'invalid_text' } };

/** Text as people write it: anything storable within the sizes. */
export function text(maxCodePoints: number, maxBytes: number = maxCodePoints * 4) {
  return z
    .string()
    .refine(isStorableText, storable)
    .refine((value) => fitsText(value, maxCodePoints, maxBytes), `more than ${maxCodePoints} characters`)
    .meta({ maxLength: maxCodePoints });
}

/** The words of a message. */
export const content = z
  .string()
  .refine((value) => value.trim().length > 0, 'empty')
  .refine(isStorableText, storable)
  .refine((value) => fitsText(value, limits.contentCodePoints, limits.contentBytes), {
    error: `more than ${limits.contentCodePoints} characters or ${limits.contentBytes} bytes`,
    params: { code: 'message_too_long' },
  })
  .meta({ minLength: 1, maxLength: limits.contentCodePoints });

/** An emoji, or the name of one of the application's own such as `:ship:`. */
export const emoji = z
  .string()
  .min(1)
  .refine(isStorableText, storable)
  .refine((value) => !/[\s\p{Cc}]/u.test(value), 'spaces or control characters')
  .refine((value) => utf8Length(value) <= limits.emojiBytes, `more than ${limits.emojiBytes} bytes`)
  .meta({ minLength: 1 });

/** A name shown beside other names. Composed (NFC), so that equal names are equal. */
export const displayName = z
  .string()
  .refine(isStorableText, storable)
  .transform((value) => value.normalize('NFC').trim())
  .refine((value) => isDisplayName(value, limits.nameCodePoints), 'not a name')
  .meta({ minLength: 1, maxLength: limits.nameCodePoints });

export const username = z
  .string()
  .max(limits.usernameMax)
  .transform((value) => value.toLowerCase())
  .refine(isUsername, 'letters, digits, dot, dash and underscore; 3 to 32 of them')
  .meta({ minLength: limits.usernameMin, maxLength: limits.usernameMax });

/** A linear check that there is one @ with something on both sides; whether it receives mail only a mail can tell. */
export const email = z
  .string()
  .max(254)
  .refine(isStorableText, storable)
  .transform((value) => value.trim().toLowerCase())
  .refine(isMailAddress, 'not an e-mail address')
  .meta({ format: 'email', maxLength: 254 });

/** Composed (NFC) so that the same keys give the same password on every system; never shortened. */
export const password = z
  .string()
  .refine(isStorableText, storable)
  .transform((value) => value.normalize('NFC'))
  .refine(
    (value) => fitsText(value, limits.passwordMax, limits.passwordMax * 4),
    `more than ${limits.passwordMax} characters`,
  )
  .meta({ maxLength: limits.passwordMax });

export const newPassword = password
  .refine(
    (value) => codePointLength(value) >= limits.passwordMin,
    `at least ${limits.passwordMin} characters`,
  )
  .refine((value) => value.trim().length > 0, 'only spaces')
  .meta({ minLength: limits.passwordMin, maxLength: limits.passwordMax });

/** Custom data of the application: JSON with limits on size and depth. Nobody but the application reads it. */
export const metadata = z
  .record(z.string(), z.unknown())
  .refine(hasStorableTexts, storable)
  .refine(hasFiniteNumbers, 'a number that JSON cannot hold')
  .refine(
    (value) => utf8Length(JSON.stringify(value)) <= limits.metadataBytes,
    `more than ${limits.metadataBytes} bytes`,
  )
  .refine((value) => depth(value) <= limits.metadataDepth, `deeper than ${limits.metadataDepth}`);

/** An address that pages may load a picture from: https, without a name or password in it. Nobody here fetches it. */
export const httpsUrl = z
  .string()
  .max(limits.urlLength)
  .refine(isStorableText, storable)
  .refine(isHttpsUrl, 'not an https address')
  .meta({ format: 'uri', maxLength: limits.urlLength });

/** A language as BCP 47 has it: `de`, `pt-BR`, `zh-Hant-TW`. */
export const locale = z
  .string()
  .max(35)
  .refine((value) => /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$/.test(value), 'not a language tag')
  .meta({ maxLength: 35 });

export const role = z.enum(roles);

/** Position in a conversation's log. 0 stands before the first entry. */
export const seq = z.int().min(0);

/** ISO 8601, UTC, microseconds: `2026-11-21T09:30:00.000001Z`. */
export const time = z.string().meta({ format: 'date-time' });

/** A moment as people give it: ISO 8601 with a time zone. Its form in UTC with milliseconds is what is kept. */
export const moment = z.iso
  .datetime({ offset: true })
  .max(40)
  .transform((value) => new Date(value))
  // A day that a month does not have fits the pattern and not the calendar.
  .refine((value) => value.getTime() >= 0 && value.getTime() < 253_402_300_800_000, 'not from 1970 to 9999')
  .transform((value) => value.toISOString())
  .meta({ format: 'date-time' });

/** Rights as bits of `rights`. */
export const rightBits = z.int().min(0).max(allRights);

export const limit = z.int().min(1).max(limits.pageSize);

/** Opaque: hand back what a page gave. */
export const cursor = z.string().min(1).max(200);

/** Distinct ids; repeating one is refused rather than counted twice. */
export function idList<Id extends z.ZodType>(item: Id, max: number = limits.idsPerRequest, min = 1) {
  return z
    .array(item)
    .min(min)
    .max(max)
    .refine((ids) => new Set(ids).size === ids.length, 'an id is repeated');
}

/** What a list answers beside its items. */
export const page = { nextCursor: cursor.optional(), previousCursor: cursor.optional() };

function isMailAddress(value: string): boolean {
  const at = value.indexOf('@');
  const domain = value.slice(at + 1);
  return (
    at > 0 &&
    at === value.lastIndexOf('@') &&
    domain.includes('.') &&
    !/\s/.test(value) &&
    /^[^.].*[^.]$/.test(domain)
  );
}

function isHttpsUrl(value: string): boolean {
  if (!URL.canParse(value) || /\s/.test(value)) return false;
  const { protocol, username, password } = new URL(value);
  return protocol === 'https:' && username === '' && password === '';
}

function hasStorableTexts(value: unknown): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, child]) => isStorableText(key) && hasStorableTexts(child));
}

function hasFiniteNumbers(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(hasFiniteNumbers);
}

function depth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let deepest = 0;
  for (const child of Object.values(value)) deepest = Math.max(deepest, depth(child));
  return deepest + 1;
}
