import { fileURLToPath } from 'node:url';

/** The repository's folder, without a trailing slash; every script works from here whatever the current folder is. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** What scripts remember between runs. Inside node_modules, so that removing it forgets everything. */
export const stateFolder = `${root}/node_modules/.cache/parley`;
