import type { Input, Output } from '@parley/protocol';
import type { callAs } from './callers.js';

export type LogPage = Extract<Output<'listChanges'>, { mode: 'log' }>;

/** A page of the log in order, whatever is changed in between. */
export async function readLogPage(
  call: ReturnType<typeof callAs>,
  input: Input<'listChanges'>,
): Promise<LogPage> {
  const page = await call('listChanges', { ...input, mode: 'log' });
  if (page.mode !== 'log') throw new Error(`asked for the log and got ${page.mode}`);
  return page;
}
