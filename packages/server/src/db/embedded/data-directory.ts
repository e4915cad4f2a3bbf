import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The PostgreSQL inside the embedded engine. Data of one major cannot be opened by another. */
const embeddedMajor = 18;

export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
}

/** Prepares `<directory>/pgdata` and checks `<directory>/meta.json`, which names the engine that made it. Call it with the lock held. */
export async function prepareDataDirectory(directory: string): Promise<string> {
  const metaPath = path.join(directory, 'meta.json');
  const text = await readFile(metaPath, 'utf8').catch(() => undefined);
  if (text === undefined) {
    // Renamed into place, so that a crash leaves no half of it.
    await writeFile(
      `${metaPath}.new`,
      `${JSON.stringify({ engine: 'pglite', postgresMajor: embeddedMajor })}\n`,
    );
    await rename(`${metaPath}.new`, metaPath);
  } else checkMeta(directory, text);
  const dataDir = path.join(directory, 'pgdata');
  await mkdir(dataDir, { recursive: true });
  return dataDir;
}

function checkMeta(directory: string, text: string): void {
  const meta: unknown = JSON.parse(text);
  const major =
    typeof meta === 'object' && meta !== null && 'postgresMajor' in meta ? meta.postgresMajor : undefined;
  if (major !== embeddedMajor)
    throw new DataDirectoryError(
      `${directory} was made by an embedded PostgreSQL ${String(major)}; this version has ${embeddedMajor}. ` +
        'Start the Parley that made it, or set PARLEY_DATA_DIR to a new folder.',
    );
}
