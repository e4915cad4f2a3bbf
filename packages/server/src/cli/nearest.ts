/** The name somebody may have meant: at most three letters away, or one that begins the same. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: distanceOf(name, candidate) }))
    .sort((one, other) => one.distance - other.distance);
  const [best] = ranked;
  if (best !== undefined && best.distance <= Math.min(3, best.candidate.length / 2)) return best.candidate;
  return name.length < 4 ? undefined : known.find((candidate) => candidate.startsWith(name));
}

/** Levenshtein's: how many letters must be put in, taken out or exchanged. */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1];
    for (const [column, another] of [...other].entries())
      next.push(
        Math.min(
          (row[column + 1] ?? 0) + 1,
          (next[column] ?? 0) + 1,
          (row[column] ?? 0) + (letter === another ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[other.length] ?? 0;
}
