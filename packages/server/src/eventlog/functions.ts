import type { SqlFunction } from '../db/install-functions.js';
import send from './sql/send.sql';

/** The log's SQL functions, as files of this version. */
export const logFunctions = [{ name: 'send', text: send }] as const satisfies readonly SqlFunction[];
