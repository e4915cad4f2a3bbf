import type { ChatEvent, UserId } from '@parley/protocol';
import type { Publication } from './broker.js';

/**
 * Events of one conversation in the order of its log, as publications: who comes and goes is taken from the events. An event that changes who gets the next one
 * is a publication of its own, and so is one that is about what some members may not see.
 */
export function toRuns(
  events: readonly ChatEvent[],
  isWithheld: (event: ChatEvent) => boolean,
): Publication[] {
  const runs: Publication[] = [];
  let plain: ChatEvent[] = [];
  const endPlain = (): void => {
    const [first] = plain;
    if (first !== undefined) runs.push({ conversationId: first.conversationId, events: plain });
    plain = [];
  };
  for (const event of events) {
    const people = peopleOf(event);
    if (isWithheld(event)) {
      endPlain();
      runs.push({ conversationId: event.conversationId, events: [event], isWithheld: true });
    } else if (people === undefined) plain.push(event);
    else {
      endPlain();
      runs.push({ conversationId: event.conversationId, events: [event], ...people });
    }
  }
  endPlain();
  return runs;
}

function peopleOf(event: ChatEvent): { joins: UserId[] } | { leaves: UserId[] } | undefined {
  if (event.kind === 'members.added' || event.kind === 'conversation.created')
    return { joins: event.data.members.map((member) => member.userId) };
  if (event.kind === 'members.removed') return { leaves: event.data.userIds };
  return undefined;
}
