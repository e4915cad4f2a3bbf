import type { ConversationSummary } from '@parley/client-sdk';
import { useMeId, useTitle, useUser } from '../../hooks/use-people.js';
import { listHref } from '../../hooks/use-route.js';
import { counted } from '../../text/counts.js';
import { otherUserId } from '../../text/names.js';
import { Icon } from '../shared/icon.js';
import { ConversationPicture, Portrait } from '../shared/portrait.js';
import { useMemberIds } from './use-member-ids.js';

const facesShown = 4;

export function ConversationHeader({ conversation }: { conversation: ConversationSummary }) {
  const title = useTitle(conversation);
  const isGroup = conversation.type === 'group';
  return (
    <header className="bar">
      <a className="icon-button back" aria-label="Back to conversations" href={listHref}>
        <Icon name="left" isFlipped />
      </a>
      <ConversationPicture conversation={conversation} title={title} size="s32" />
      <div className="grow">
        <h1 className="bar-title truncate">
          <bdi>{title}</bdi>
        </h1>
        <p className="bar-sub truncate">
          {isGroup ? (
            counted(conversation.memberCount, 'member', 'members')
          ) : (
            <Handle conversation={conversation} />
          )}
        </p>
      </div>
      {isGroup && <Faces conversationId={conversation.id} />}
    </header>
  );
}

function Handle({ conversation }: { conversation: ConversationSummary }) {
  const other = useUser(otherUserId(conversation, useMeId()));
  return other === undefined ? null : <bdi>@{other.username}</bdi>;
}

function Faces({ conversationId }: { conversationId: string }) {
  const ids = useMemberIds(conversationId);
  return (
    <div className="stack" aria-hidden="true">
      {ids.slice(0, facesShown).map((id) => (
        <Face key={id} userId={id} />
      ))}
    </div>
  );
}

function Face({ userId }: { userId: string }) {
  return <Portrait user={useUser(userId)} size="s24" />;
}
