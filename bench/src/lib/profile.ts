import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** The functions that used most CPU themselves, for every profile that node wrote into the folder, one a thread: lines of text. */
export function topOfProfiles(subject: string, folder: string, count = 15): string[] {
  if (!existsSync(folder)) return [`${subject}: no profile was written`];
  const profiles = readdirSync(folder)
    .map((name): SelfTimes => selfTimes(JSON.parse(readFileSync(join(folder, name), 'utf8'))))
    .sort((one, other) => other.busyMs - one.busyMs);
  const busiest = profiles[0]?.busyMs ?? 0;
  // A thread that did next to nothing, as the one that loads TypeScript, tells nothing.
  return profiles
    .filter(({ busyMs }) => busyMs > busiest / 10)
    .flatMap(({ busyMs, byPlace, byOwner }) => [
      `${subject}: a thread busy for ${(busyMs / 1000).toFixed(1)} s, start and checks included; part of it by function:`,
      ...largest(byPlace, busyMs).slice(0, count),
      `${subject}: the same by package:`,
      ...largest(byOwner, busyMs).slice(0, count),
    ]);
}

function largest(parts: ReadonlyMap<string, number>, wholeMs: number): string[] {
  return [...parts]
    .sort(([, one], [, other]) => other - one)
    .map(([name, ms]) => `  ${((ms / wholeMs) * 100).toFixed(1).padStart(5)} %  ${name}`);
}

/** The package a script belongs to; code without a script is the engine's or the system's and keeps its name. */
function ownerOf(functionName: string, url: string): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'native functions';
  if (url.startsWith('node:')) return 'node';
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url);
  return inPackage?.[1] ?? 'its own code';
}

interface SelfTimes {
  readonly busyMs: number;
  /** Milliseconds by function and place. */
  readonly byPlace: ReadonlyMap<string, number>;
  readonly byOwner: ReadonlyMap<string, number>;
}

function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): SelfTimes {
  const selfUs = new Map<number, number>();
  for (const [index, id] of samples.entries()) {
    selfUs.set(id, (selfUs.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  }
  const byPlace = new Map<string, number>();
  const byOwner = new Map<string, number>();
  for (const { id, callFrame } of nodes) {
    const { functionName, url, lineNumber } = callFrame;
    if (functionName === '(idle)' || functionName === '(root)') continue;
    const ms = (selfUs.get(id) ?? 0) / 1000;
    const place = `${functionName || '(anonymous)'} ${url === '' ? '' : `${basename(url)}:${lineNumber + 1}`}`;
    const owner = ownerOf(functionName, url);
    byPlace.set(place, (byPlace.get(place) ?? 0) + ms);
    byOwner.set(owner, (byOwner.get(owner) ?? 0) + ms);
  }
  return { busyMs: [...byPlace.values()].reduce((sum, ms) => sum + ms, 0), byPlace, byOwner };
}
