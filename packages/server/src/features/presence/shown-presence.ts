import type { OwnPresence, Presence, Status, UserId } from '@parley/protocol';
import { type RawBuilder, sql } from 'kysely';
import { iso } from '../../eventlog/time.js';

/** How somebody wants to be seen, as their row has it. */
export interface Choice {
  readonly shownAs: OwnPresence['state'];
  readonly status: Status | null;
}

/** In the order of the numbers that are stored: never reorder. */
const shownAs = ['online', 'away', 'invisible'] as const satisfies readonly OwnPresence['state'][];

/** What is stored for it. */
export function shownAsNumber(state: OwnPresence['state']): number {
  return shownAs.indexOf(state);
}

export interface ChoiceRow {
  readonly shown_as: number;
  readonly status_emoji: string | null;
  readonly status_text: string | null;
  readonly status_until: string | null;
}

/** The columns of a choice, read from the alias `u`. A status that is over is none. */
export const choiceColumns: RawBuilder<ChoiceRow> = sql`
  u.shown_as,
  case when u.status_until is null or u.status_until > clock_timestamp() then u.status_emoji end as status_emoji,
  case when u.status_until is null or u.status_until > clock_timestamp() then u.status_text end as status_text,
  ${iso('u.status_until')} as status_until`;

export function toChoice(row: ChoiceRow): Choice {
  const { status_emoji: emoji, status_text: text, status_until: until } = row;
  return {
    shownAs: shownAs[row.shown_as] ?? 'online',
    status: emoji === null && text === null ? null : { emoji, text, until },
  };
}

export interface Sight {
  readonly userId: UserId;
  readonly isHere: boolean;
  /** Here, and doing nothing. */
  readonly isIdle: boolean;
  /** ISO 8601; null for who was never here. */
  readonly lastSeenAt: string | null;
}

/** What others see of somebody. Whoever is invisible looks like a stranger. */
export function toPresence({ userId, isHere, isIdle, lastSeenAt }: Sight, choice: Choice): Presence {
  if (choice.shownAs === 'invisible') return hidden(userId);
  const { shownAs, status } = choice;
  return isHere
    ? { userId, state: isIdle ? 'away' : shownAs, lastSeenAt: null, status }
    : { userId, state: 'offline', lastSeenAt, status };
}

/** What is seen of strangers, of nobody, and of who is invisible. */
export function hidden(userId: UserId): Presence {
  return { userId, state: 'offline', lastSeenAt: null, status: null };
}

/** True when others see somebody differently after a choice, wherever that person is. */
export function looksDifferent(before: Choice, after: Choice): boolean {
  const look = ({ shownAs: state, status }: Choice) =>
    state === 'invisible' ? state : JSON.stringify([state, status]);
  return look(before) !== look(after);
}
