import type { ConversationSummary, User } from '@parley/client-sdk';
import { usePortrait } from '../../demo/demo-accounts.js';
import { useMeId, useUser } from '../../hooks/use-people.js';
import { hueOf, initials, otherUserId } from '../../text/names.js';

type Size = 's20' | 's24' | 's32';

/** A person's picture, or their initials on their hue. Stands beside the name, so it says nothing itself. */
export function Portrait({ user, size }: { user: User | undefined; size?: Size }) {
  const picture = usePortrait(user);
  const className = size === undefined ? 'avatar' : `avatar ${size}`;
  if (picture !== undefined) return <img className={className} src={picture} alt="" />;
  return (
    <span className={`${className} hue-${hueOf(user?.id ?? '')}`} aria-hidden="true">
      {initials(user?.displayName ?? '')}
    </span>
  );
}

/** The other person of a direct conversation; a group's initials on a tile. */
export function ConversationPicture({
  conversation,
  title,
  size,
}: {
  conversation: ConversationSummary;
  title: string;
  size?: Size;
}) {
  const other = useUser(otherUserId(conversation, useMeId()));
  if (conversation.type === 'direct') return <Portrait user={other} {...(size && { size })} />;
  return (
    <span className={`avatar tile ${size ?? ''} hue-${hueOf(conversation.id)}`} aria-hidden="true">
      {initials(title)}
    </span>
  );
}
