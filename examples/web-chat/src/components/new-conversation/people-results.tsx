import type { User } from '@parley/client-sdk';
import type { ReactNode } from 'react';
import { Icon } from '../shared/icon.js';
import { Portrait } from '../shared/portrait.js';
import type { PeopleSearch } from './use-people-search.js';

export interface PeopleResultsProps {
  readonly search: PeopleSearch;
  readonly onPick: (person: User) => void;
  /** Who is chosen already, where several can be. */
  readonly chosen?: readonly User[];
}

export function PeopleResults({ search, onPick, chosen }: PeopleResultsProps) {
  if (search.status === 'idle') return <Note>Type the beginning of a name or username.</Note>;
  if (search.status === 'failed') return <Note>The server cannot be reached. Check the connection.</Note>;
  if (search.people.length === 0) return <Note>Nothing found for “{search.text}”. Check the spelling.</Note>;
  return (
    <ul className="people" aria-label="People found">
      {search.people.map((person) => (
        <Person
          key={person.id}
          person={person}
          isChosen={chosen?.some(({ id }) => id === person.id)}
          onPick={() => onPick(person)}
        />
      ))}
    </ul>
  );
}

interface PersonProps {
  readonly person: User;
  readonly isChosen: boolean | undefined;
  readonly onPick: () => void;
}

function Person({ person, isChosen, onPick }: PersonProps) {
  return (
    <li>
      <button type="button" className="menu-item" aria-pressed={isChosen} onClick={onPick}>
        <Portrait user={person} size="s32" />
        <span className="grow">
          <bdi className="menu-name truncate">{person.displayName}</bdi>
          <bdi className="help">@{person.username}</bdi>
        </span>
        {isChosen && <Icon name="check" />}
      </button>
    </li>
  );
}

function Note({ children }: { children: ReactNode }) {
  return (
    <div className="people">
      <p className="note">{children}</p>
    </div>
  );
}
