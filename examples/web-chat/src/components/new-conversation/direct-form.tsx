import { useState } from 'react';
import { useChatSession } from '../../hooks/store-context.js';
import { TextField } from '../shared/text-field.js';
import { PeopleResults } from './people-results.js';
import { usePeopleSearch } from './use-people-search.js';

/** Pressing a person opens the conversation with them. */
export function DirectForm({ onCreate }: { onCreate: (make: () => Promise<string>) => void }) {
  const [query, setQuery] = useState('');
  const search = usePeopleSearch(query);
  const { membership } = useChatSession().store;
  return (
    <>
      <TextField
        label="Person"
        placeholder="Name or username"
        autoComplete="off"
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />
      <PeopleResults search={search} onPick={(person) => onCreate(() => membership.createDirect(person))} />
    </>
  );
}
