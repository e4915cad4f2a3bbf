import type { ConversationSummary, User } from '@parley/client-sdk';

/** Up to two letters for a picture of initials; the first signs of the first and the last word, whatever the script. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== '');
  const first = firstSign(words[0]);
  return words.length > 1 ? first + firstSign(words.at(-1)) : first;
}

/** One of the eight hues, by hash of the id: never chosen by name. */
export function hueOf(id: string): number {
  let hash = 0;
  for (let index = 0; index < id.length; index += 1) hash = (hash * 31 + id.charCodeAt(index)) | 0;
  return (Math.abs(hash) % 8) + 1;
}

/** The other person of a direct conversation. */
export function otherUserId(conversation: ConversationSummary, meId: string): string | undefined {
  return conversation.directUserIds?.find((id) => id !== meId);
}

/** What a conversation is called on the screen: its name, the other person's, or how many are in it. */
export function titleOf(conversation: ConversationSummary, other: User | undefined): string {
  if (conversation.name !== null) return conversation.name;
  if (conversation.type === 'direct') return other?.displayName ?? '…';
  return `Group of ${conversation.memberCount}`;
}

/** `Inés`, `Inés and Kenji`, `Inés, Kenji and Amara`. */
export function joinNames(names: readonly string[]): string {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(names).replace(/, and /, ' and ');
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function firstSign(word = ''): string {
  for (const { segment } of graphemes.segment(word)) return segment.toUpperCase();
  return '';
}
