/** Moments in the words of the interface, in the reader's time zone. */
const locale = 'en-GB';
const clock = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' });
const shortDate = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
const longDay = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
const dayOfOtherYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' });
const dayMs = 86_400_000;

/** `9:41`. */
export function clockTime(at: string): string {
  return clock.format(new Date(at)).replace(/^0/, '');
}

/** In the list: today `9:41`, this week `Wed`, else `12 Jun`. */
export function listTime(at: string, now: Date): string {
  const days = daysBetween(new Date(at), now);
  if (days <= 0) return clockTime(at);
  return (days < 7 ? weekday : shortDate).format(new Date(at));
}

/** Between messages: `Today`, `Yesterday`, `Wednesday 12 June`, in other years `12 June 2024`. */
export function dayLabel(at: string, now: Date): string {
  const date = new Date(at);
  const days = daysBetween(date, now);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return (date.getFullYear() === now.getFullYear() ? longDay : dayOfOtherYear).format(date);
}

/** Calendar days from one to the other; a day of 23 or 25 hours counts as one. */
function daysBetween(from: Date, to: Date): number {
  return Math.round((startOfDay(to) - startOfDay(from)) / dayMs);
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
