import type { Output } from '@parley/protocol/wire';

export type LogPage = Extract<Output<'listChanges'>, { mode: 'log' }>;

/** The page as one of the log; throws for a page of state, which the caller did not ask for. */
export function asLogPage(page: Output<'listChanges'>): LogPage {
  if (page.mode !== 'log') throw new Error(`asked for the log and got ${page.mode}`);
  return page;
}
