/**
 * The `since` of resume: the database's identity, and what had been seen as a snapshot of it. Opaque to clients, who may send anything: only what the
 * database would have written is handed to it again.
 */
import type { Cluster } from '../db/cluster.js';

/** What a `since` of 200 characters has room for beside the identity. */
const longestSnapshot = 150;

type Identity = Pick<Cluster, 'systemIdentifier' | 'timeline'>;

/** A snapshot that does not fit is shortened to its xmin: everything from there on counts as not seen. */
export function encodeSince(cluster: Identity, snapshot: string): string {
  const xmin = snapshot.slice(0, snapshot.indexOf(':'));
  return `${prefix(cluster)}${snapshot.length <= longestSnapshot ? snapshot : `${xmin}:${xmin}:`}`;
}

/** The snapshot as text; undefined when it is of another database or timeline, or none at all. */
export function decodeSince(cluster: Identity, since: string | undefined): string | undefined {
  if (since?.startsWith(prefix(cluster)) !== true) return undefined;
  const snapshot = since.slice(prefix(cluster).length);
  return isSnapshot(snapshot) ? snapshot : undefined;
}

function prefix({ systemIdentifier, timeline }: Identity): string {
  return `${systemIdentifier}.${timeline}.`;
}

/** `xmin:xmax:xip,xip`, with xmin <= xip < xmax, ascending: anything else is an error to the database. */
function isSnapshot(text: string): boolean {
  if (!/^[1-9]\d{0,17}:[1-9]\d{0,17}:([1-9]\d{0,17}(,[1-9]\d{0,17})*)?$/.test(text)) return false;
  const [xmin = '', xmax = '', list = ''] = text.split(':');
  const running = list === '' ? [] : list.split(',').map(BigInt);
  const isAscending = running.every((xid, index) => index === 0 || xid > (running[index - 1] ?? 0n));
  const isWithin = running.every((xid) => xid >= BigInt(xmin) && xid < BigInt(xmax));
  return BigInt(xmin) <= BigInt(xmax) && isAscending && isWithin;
}
