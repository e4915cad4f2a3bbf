import type { ConversationSummary } from '@parley/client-sdk';
import { useChatState } from '../../hooks/store-context.js';
import { useMeId } from '../../hooks/use-people.js';
import { joinNames } from '../../text/names.js';
import { EmptyNote } from '../shared/empty-note.js';
import { useMemberIds } from './use-member-ids.js';

const namesShown = 3;

/** A conversation before its first message. */
export function SayHello({ conversation }: { conversation: ConversationSummary }) {
  const users = useChatState((state) => state.users);
  const meId = useMeId();
  const names = useMemberIds(conversation.id)
    .filter((id) => id !== meId)
    .flatMap((id) => users.get(id)?.displayName.split(' ')[0] ?? []);
  const people = names.length > namesShown ? [...names.slice(0, namesShown), 'others'] : names;
  const isAlone = people.length === 0;
  const who = joinNames([...people, 'you']);
  return (
    <EmptyNote
      icon="thread"
      title="Say hello"
      text={isAlone ? 'This is the first message.' : `${who} are here. This is the first message.`}
    />
  );
}
