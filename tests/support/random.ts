/** Numbers from 0 to 1 that a seed determines, so that a run that failed can be run again (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of this run: `PARLEY_TEST_SEED`, or a new one. */
export function chooseSeed(): number {
  const given = process.env['PARLEY_TEST_SEED'];
  return given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number.parseInt(given, 10);
}
