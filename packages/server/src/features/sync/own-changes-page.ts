import type { OwnChangesPage } from '@parley/protocol';
import type { Snapshot } from '../../kernel/context.js';

/** The next page of one's own log after a cursor. Nothing of it is dropped, so only a cursor above its head lies in no history of it. */
export async function readOwnChangesPage(
  { readOwnLog }: Pick<Snapshot, 'readOwnLog'>,
  { since, limit }: { readonly since: number; readonly limit: number },
): Promise<OwnChangesPage> {
  const { events, to, head } = await readOwnLog({ after: since, limit });
  if (since > head) return { mode: 'reset', head };
  return { mode: 'log', items: [...events], to, head };
}
