import type { ClientStory, LogEntry, Operation } from './run-history.js';

/**
 * A log read afterwards tells of an addition only those who are still members. Who came in besides is known from those who were told at the time and from
 * the acknowledgement; without them nobody's stay could be told.
 */
export function completePeople(
  log: readonly LogEntry[],
  clients: readonly ClientStory[],
  operations: readonly Operation[],
): LogEntry[] {
  const more = new Map<string, Set<string>>();
  const add = (conversationId: string, seq: number, userIds: readonly string[]): void => {
    const name = `${conversationId} ${seq}`;
    more.set(name, new Set([...(more.get(name) ?? []), ...userIds]));
  };
  for (const { told } of clients)
    for (const each of told)
      if (each.type === 'event' && isArrival(each.entry))
        add(each.entry.conversationId, each.entry.seq, each.entry.targetIds);
  for (const { kind, outcome, conversationId, targetId, actorId } of operations)
    if (kind === 'addMembers' && outcome.type === 'acknowledged')
      add(`${actorId} ${conversationId}`, outcome.seq, [targetId]);
  return log.map((entry) => {
    if (!isArrival(entry)) return entry;
    const { conversationId, seq, actorId, targetIds } = entry;
    const told = more.get(`${conversationId} ${seq}`) ?? [];
    const acknowledged = more.get(`${actorId} ${conversationId} ${seq}`) ?? [];
    return { ...entry, targetIds: [...new Set([...targetIds, ...told, ...acknowledged])] };
  });
}

/** Entries that bring people in. */
export function isArrival({ kind }: LogEntry): boolean {
  return kind === 'members.added' || kind === 'conversation.created';
}
