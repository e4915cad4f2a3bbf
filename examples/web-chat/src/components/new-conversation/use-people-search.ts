import type { User } from '@parley/client-sdk';
import { useEffect, useState } from 'react';
import { useChatSession } from '../../hooks/store-context.js';
import { counted } from '../../text/counts.js';

export type PeopleSearch =
  | { readonly status: 'idle' }
  | { readonly status: 'failed' }
  | { readonly status: 'found'; readonly text: string; readonly people: readonly User[] };

/** Asked this long after the last key. */
const pauseMs = 200;

/** People whose name begins with the text. An answer that comes after the text has changed is thrown away. */
export function usePeopleSearch(query: string): PeopleSearch {
  const { store, announcer } = useChatSession();
  const [search, setSearch] = useState<PeopleSearch>({ status: 'idle' });
  const text = query.trim();
  useEffect(() => {
    if (text === '') return;
    let isCurrent = true;
    async function ask(): Promise<void> {
      const next = await findPeople(store.membership.searchPeople, text);
      if (!isCurrent) return;
      setSearch(next);
      if (next.status === 'found') announcer.tell(`${counted(next.people.length, 'person', 'people')} found`);
    }
    const timer = setTimeout(() => void ask(), pauseMs);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [store, announcer, text]);
  return isAbout(search, text) ? search : { status: 'idle' };
}

/** While somebody goes on typing a name, the people found so far stay; for another name they would be wrong. */
function isAbout(search: PeopleSearch, text: string): boolean {
  if (text === '') return false;
  return search.status !== 'found' || text.startsWith(search.text);
}

async function findPeople(
  searchPeople: (text: string) => Promise<readonly User[]>,
  text: string,
): Promise<PeopleSearch> {
  try {
    return { status: 'found', text, people: await searchPeople(text) };
  } catch {
    // The server cannot be reached, or refuses: the dialog says so, and the next key asks again.
    return { status: 'failed' };
  }
}
