/**
 * What happens in a run, as data: a seed draws it, and a failing one is made shorter by leaving steps out. A step carries the numbers it needs, so that leaving
 * one out changes nothing about the others.
 */
import { createRandom } from '../support/random.js';

export interface Step {
  readonly what: What;
  /** Milliseconds that pass before it. */
  readonly waitMs: number;
  /** Which device acts, or is hit. */
  readonly device: number;
  /** At least 0, below 1; what they decide is up to the step. */
  readonly draws: readonly number[];
}

export type What = keyof typeof weights;

/** How often each comes, of all steps. */
const weights = {
  send: 30,
  edit: 14,
  delete: 5,
  react: 14,
  read: 6,
  members: 7,
  look: 3,
  reuse: 2,
  trouble: 12,
  heal: 9,
  cut: 4,
  offline: 2,
  reload: 4,
  crash: 3,
  skew: 2,
  restart: 1.5,
  drain: 1.5,
  longSleep: 0.7,
  backup: 1,
  restore: 0.6,
} as const;

const draws = 5;
const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);

/** @param steps  how many; more find more and take longer */
export function drawScript(seed: number, steps = 140): Step[] {
  const random = createRandom(seed);
  return Array.from({ length: steps }, () => ({
    what: drawWhat(random() * total),
    waitMs: drawWait(random(), random()),
    device: Math.floor(random() * 64),
    draws: Array.from({ length: draws }, random),
  }));
}

function drawWhat(place: number): What {
  let left = place;
  // The keys are those of the table.
  for (const what of Object.keys(weights) as What[]) {
    left -= weights[what];
    if (left < 0) return what;
  }
  return 'send';
}

/** Mostly at once, so that things meet on the way; at times long enough for every timer to run. */
function drawWait(kind: number, size: number): number {
  if (kind < 0.45) return 0;
  if (kind < 0.75) return Math.round(size * 100);
  if (kind < 0.95) return Math.round(size * 2000);
  return Math.round(size * 45_000);
}
