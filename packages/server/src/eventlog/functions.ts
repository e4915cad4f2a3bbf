import type { SqlFunction } from '../db/install-functions.js';
import beginFlush from './sql/begin-flush.sql';
import placeFlush from './sql/place-flush.sql';
import send from './sql/send.sql';

/** The log's SQL functions, as files of this version. */
export const logFunctions = [
  { name: 'send', text: send },
  { name: 'begin_flush', text: beginFlush },
  { name: 'place_flush', text: placeFlush },
] as const satisfies readonly SqlFunction[];

/** The qualified names under which they are installed. */
export type LogFunctions = Readonly<Record<(typeof logFunctions)[number]['name'], string>>;
