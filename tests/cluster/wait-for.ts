import { setTimeout as delay } from 'node:timers/promises';

/** Looks again and again until it holds; false when it does not within the time. What it waits for happens in other processes and tells nobody. */
export async function waitFor(holds: () => boolean | Promise<boolean>, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  for (;;) {
    if (await holds()) return true;
    if (performance.now() >= until) return false;
    await delay(100);
  }
}
