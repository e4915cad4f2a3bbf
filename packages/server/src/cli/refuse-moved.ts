import path from 'node:path';
import { ConfigError } from '../config/load-config.js';
import { readMovedMarker } from '../db/move/moved-marker.js';

/** Throws {@link ConfigError} when the folder's data was moved to PostgreSQL: what is written here from now on would be missing there. */
export async function refuseMoved(dataDirectory: string): Promise<void> {
  const moved = await readMovedMarker(dataDirectory);
  if (moved === undefined) return;
  throw new ConfigError(
    `The data of ${path.resolve(dataDirectory)} was moved to ${moved.to} at ${moved.at}. Set DATABASE_URL to go on there. ` +
      'To use the folder again all the same, without what was written there since: --again',
  );
}
