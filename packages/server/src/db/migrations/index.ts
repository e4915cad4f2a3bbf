import core from './0001-core.sql';

export interface Migration {
  /** Number and subject; never renamed. */
  readonly name: string;
  /** Never changed once released. A semicolon ends a statement only at the end of a line. */
  readonly up: string;
}

/** In the order they are applied. */
export const migrations: readonly Migration[] = [{ name: '0001-core', up: core }];
