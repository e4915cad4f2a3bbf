/** Where pages of rows end that come from several lists, each in the order of rev and cut at `limit` with the ties of its last row. */
interface Revised {
  readonly rev: number;
}

/**
 * The rev at which a page ends. It holds at most `limit` rows and the ties of the last one. Where no list was cut, nothing else changed up to the head:
 * the page reaches it, also where its own last row lies below.
 */
export function endOfStatePage(
  lists: readonly (readonly Revised[])[],
  { limit, head }: { readonly limit: number; readonly head: number },
): number {
  // A list that was cut holds `limit` rows at or below its last rev, so the limit-th of all lies where every list is complete.
  const revs = lists.flatMap((rows) => rows.map(({ rev }) => rev)).sort((one, other) => one - other);
  return revs[limit - 1] ?? head;
}

/** The rows of a list that belong to a page ending at `to`. */
export function upTo<Row extends Revised>(rows: readonly Row[], to: number): Row[] {
  return rows.filter(({ rev }) => rev <= to);
}
