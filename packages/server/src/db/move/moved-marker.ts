import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Where the data of a folder went. */
export interface Moved {
  /** Host and name of the database, without user and password. */
  readonly to: string;
  /** ISO 8601. */
  readonly at: string;
}

/** Notes in the folder that its data lives elsewhere now. */
export async function writeMovedMarker(directory: string, moved: Moved): Promise<void> {
  const file = markerOf(directory);
  await writeFile(`${file}.new`, `${JSON.stringify(moved, null, 2)}\n`);
  await rename(`${file}.new`, file);
}

/** The note, if there is one. A note that cannot be read still says that the data moved. */
export async function readMovedMarker(directory: string): Promise<Moved | undefined> {
  const text = await readFile(markerOf(directory), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parse(text);
}

/** Takes the note away: the folder is used again. */
export async function removeMovedMarker(directory: string): Promise<void> {
  await rm(markerOf(directory), { force: true });
}

function parse(text: string): Moved {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'to' in value && 'at' in value)
      return { to: String(value.to), at: String(value.at) };
  } catch {
    // Told below.
  }
  return { to: 'another database', at: 'an unknown time' };
}

function markerOf(directory: string): string {
  return path.join(directory, 'moved.json');
}
