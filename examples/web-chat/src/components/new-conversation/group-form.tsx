import type { User } from '@parley/client-sdk';
import { useId, useState } from 'react';
import { useChatSession } from '../../hooks/store-context.js';
import { TextField } from '../shared/text-field.js';
import { ChosenPeople } from './chosen-people.js';
import { PeopleResults } from './people-results.js';
import { usePeopleSearch } from './use-people-search.js';

export interface GroupFormProps {
  readonly onCreate: (make: () => Promise<string>) => void;
  readonly onClose: () => void;
}

export function GroupForm({ onCreate, onClose }: GroupFormProps) {
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<readonly User[]>([]);
  const { membership } = useChatSession().store;
  const canCreate = name.trim() !== '' && chosen.length > 0;

  return (
    <>
      <TextField
        label="Name"
        autoComplete="off"
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <GroupPeople chosen={chosen} onChange={setChosen} />
      <div className="dialog-actions">
        <button type="button" className="button quiet" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="button primary"
          disabled={!canCreate}
          onClick={() => onCreate(() => membership.createGroup(name.trim(), chosen))}
        >
          Create group
        </button>
      </div>
    </>
  );
}

function GroupPeople({
  chosen,
  onChange,
}: {
  chosen: readonly User[];
  onChange: (people: readonly User[]) => void;
}) {
  const [query, setQuery] = useState('');
  const search = usePeopleSearch(query);
  const fieldId = useId();
  const without = (person: User) => chosen.filter(({ id }) => id !== person.id);
  const toggle = (person: User) => {
    const isIn = chosen.some(({ id }) => id === person.id);
    onChange(isIn ? without(person) : [...chosen, person]);
    if (!isIn) setQuery('');
  };
  return (
    <>
      <div className="field">
        <label className="label" htmlFor={fieldId}>
          People
        </label>
        <div className="input">
          <ChosenPeople people={chosen} onDrop={(person) => onChange(without(person))} />
          <input
            id={fieldId}
            autoComplete="off"
            placeholder="Add people"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        </div>
      </div>
      <PeopleResults search={search} chosen={chosen} onPick={toggle} />
    </>
  );
}
