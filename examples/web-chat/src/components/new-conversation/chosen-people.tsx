import type { User } from '@parley/client-sdk';
import { Icon } from '../shared/icon.js';
import { Portrait } from '../shared/portrait.js';

/** Chips of those who are in; pressing one takes it out. */
export function ChosenPeople({
  people,
  onDrop,
}: {
  people: readonly User[];
  onDrop: (person: User) => void;
}) {
  return people.map((person) => (
    <button
      key={person.id}
      type="button"
      className="chip"
      aria-label={`Remove ${person.displayName}`}
      onClick={() => onDrop(person)}
    >
      <Portrait user={person} size="s20" />
      <bdi className="truncate">{person.displayName}</bdi>
      <Icon name="x" isSmall />
    </button>
  ));
}
