/** What a node counts, by name and labels as Prometheus writes them: `parley_gaps_healed_total{noticed_by="poll"}`. */
export type Counts = ReadonlyMap<string, number>;

/** Reads a node's metrics. Rejects when it does not answer. */
export async function scrape(url: string): Promise<Counts> {
  const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5000) });
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

/** The sum of everything that has the name, whatever its labels say. 0 where there is nothing. */
export function sumOf(counts: Iterable<Counts>, name: string, label = ''): number {
  let sum = 0;
  for (const each of counts)
    for (const [key, value] of each)
      if ((key === name || key.startsWith(`${name}{`)) && key.includes(label)) sum += value;
  return sum;
}
