/** How long a part of a run takes: short in CI, or its share of `PARLEY_CLUSTER_SECONDS`. */
export function seconds(short: number, share = 0.5): number {
  const given = process.env['PARLEY_CLUSTER_SECONDS'];
  return given === undefined ? short : Math.max(short, Number(given) * share);
}
