import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The PostgreSQL inside the embedded engine. Data of one major cannot be opened by another. */
const embeddedMajor = 18;
const meta = { engine: 'pglite', postgresMajor: embeddedMajor };

export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
}

/**
 * Prepares `<directory>/pgdata` and checks `<directory>/meta.json`, which names the engine that made it. Call it with the lock held.
 *
 * @param make  makes an empty database in the folder it is given, and has closed it when it resolves
 */
export async function prepareDataDirectory(
  directory: string,
  make: (dataDir: string) => Promise<void>,
): Promise<string> {
  const dataDir = path.join(directory, 'pgdata');
  if (existsSync(dataDir)) {
    await checkMeta(directory);
    return dataDir;
  }
  // Made beside its place and renamed into it: a crash in the middle leaves a folder that the next start throws away.
  const unfinished = `${dataDir}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await make(unfinished);
  await writeFile(path.join(directory, 'meta.json'), `${JSON.stringify(meta)}\n`);
  await rename(unfinished, dataDir);
  return dataDir;
}

async function checkMeta(directory: string): Promise<void> {
  const text = await readFile(path.join(directory, 'meta.json'), 'utf8').catch(() => undefined);
  const found: unknown = text === undefined ? meta : JSON.parse(text);
  const major =
    typeof found === 'object' && found !== null && 'postgresMajor' in found ? found.postgresMajor : undefined;
  if (major !== embeddedMajor)
    throw new DataDirectoryError(
      `${directory} was made by an embedded PostgreSQL ${String(major)}; this version has ${embeddedMajor}. ` +
        'Start the Parley that made it, or set PARLEY_DATA_DIR to a new folder.',
    );
}
