/** Cursors, opaque to clients: positions as text. Whatever is none throws `invalid_cursor`. */
import { isUuid } from '@parley/protocol/wire';
import { refuse } from './world.js';

export function encodeCursor(...parts: readonly string[]): string {
  const bytes = new TextEncoder().encode(parts.join(' '));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** The parts of a cursor of as many, each of which passes its test. */
export function decodeCursor(cursor: string, tests: readonly ((part: string) => boolean)[]): string[] {
  const parts = decode(cursor).split(' ');
  if (parts.length !== tests.length || !parts.every((part, index) => tests[index]?.(part) === true))
    return refuse('invalid_cursor');
  return parts;
}

function decode(cursor: string): string {
  try {
    const binary = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'));
    return new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
  } catch {
    return '';
  }
}

/** A time of the server, of a day there is. */
export function isTime(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/.test(text)) return false;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 19) === text.slice(0, 19);
}

export const timeAndId = [isTime, isUuid];

/** A cursor that is a number as text. */
export function numericCursor(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : refuse('invalid_cursor');
}

/** A page of a list that begins after a position, and the cursor of the next one if there is more. */
export function cut<Item>(items: readonly Item[], limit: number, cursorOf: (last: Item) => string) {
  const page = items.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page,
    ...(items.length > limit && last !== undefined ? { nextCursor: cursorOf(last) } : {}),
  };
}
