/** True for an ISO 8601 time with microseconds, in UTC, that PostgreSQL takes, too: JavaScript reads the 30th of February as a day in March. */
export function isTime(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/.test(text)) return false;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 19) === text.slice(0, 19);
}
