const numbers = new Intl.NumberFormat('en');

/** `1,240`. */
export function formatNumber(count: number): string {
  return numbers.format(count);
}

/** `1 message`, `1,240 messages`. */
export function counted(count: number, one: string, many: string): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

/** Length as the limits count it: in code points, so that most emoji count one. */
export function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
