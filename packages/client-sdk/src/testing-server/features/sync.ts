/** Catching up: pages of the log and of rows, one's own log, and the start of a socket as one request. */
import type { ParsedInput } from '@parley/protocol';
import type { ChangesPage, ConversationId, Message, Output, UserId } from '@parley/protocol/wire';
import { besideMessages, type Reading } from '../beside.js';
import { isVisibleTo, messagesOf, toEvent, usersOf } from '../events.js';
import { conversationOf, visibleFrom } from '../log.js';
import { type ResumeState, readResume } from '../resume.js';
import { type Actor, type Call, type HandlersOf, requireReadable, type World } from '../world.js';
import { ownDataOf, requirePerson } from './own-log.js';

const longestLogGap = 200;
const mostMembersTold = 1000;
const defaultLimit = 100;

export function createSync(world: World): HandlersOf<'sync'> {
  return {
    listChanges: ({ input: { conversationId, ...range }, actor }) =>
      changesOf(world, requireReadable(world, actor, conversationId), range),
    listOwnChanges: ({ input: { since, limit = defaultLimit }, actor }) => {
      const person = requirePerson(world, actor);
      const head = person.ownLog.length;
      if (since > head) return { mode: 'reset', head };
      const items = person.ownLog.slice(since, since + limit).map((entry) => ({
        kind: entry.kind,
        seq: entry.seq,
        at: entry.at,
        data: ownDataOf(world, person, entry),
      }));
      return { mode: 'log', items, to: since + items.length, head };
    },
    sync: async ({ input, actor, signal }: Call<'sync'>) => {
      const { waitMs = 0 } = input;
      const { output, state } = read(world, actor, input);
      if (waitMs === 0 || state.hasOwnMoved || tellsSomething(output)) return output;
      await world.hub.wait(actor, { ms: waitMs, signal });
      return read(world, actor, input).output;
    },
  };
}

function read(
  world: World,
  actor: Actor,
  { epoch, since, open = [] }: ParsedInput<'sync'>,
): { readonly output: Output<'sync'>; readonly state: ResumeState } {
  const isReset = epoch !== undefined && epoch !== world.state.epoch;
  const state = readResume(world.state, actor.userId, isReset ? undefined : since);
  const asked = isReset ? [] : open;
  const changes: Output<'sync'>['changes'] = {};
  const hidden: ConversationId[] = [];
  for (const { conversationId, seq } of asked) {
    const head = state.memberships.get(conversationId);
    if (head === undefined) hidden.push(conversationId);
    else if (head !== seq)
      changes[conversationId] = changesOf(world, requireReadable(world, actor, conversationId), {
        since: seq,
      });
  }
  const { heads, gone, userSeq } = state;
  const output = {
    epoch: world.state.epoch,
    since: state.since,
    isReset,
    heads: [...heads],
    gone: [...new Set([...gone, ...hidden])],
    userSeq,
    changes,
  };
  return { output, state };
}

function tellsSomething({ isReset, heads, gone, changes }: Output<'sync'>): boolean {
  return isReset || heads.length > 0 || gone.length > 0 || Object.keys(changes).length > 0;
}

type Range = Omit<ParsedInput<'listChanges'>, 'conversationId'>;

function changesOf(
  world: World,
  reading: Reading,
  { since, limit = defaultLimit, mode }: Range,
): ChangesPage {
  const head = reading.log.entries.length;
  if (since > head) return { mode: 'reset', head };
  const chosen = mode ?? (head - since <= longestLogGap ? 'log' : 'state');
  return chosen === 'log'
    ? logPage(world, reading, { since, limit })
    : statePage(world, reading, { since, limit });
}

interface Span {
  readonly since: number;
  readonly limit: number;
}

function logPage(world: World, reading: Reading, { since, limit }: Span): ChangesPage {
  const { log, member } = reading;
  const after = Math.max(since, visibleFrom(log, member) - 1, 0);
  const entries = log.entries.slice(after, after + limit);
  const items = entries
    .map((entry) => toEvent(world.state, { log, entry }))
    .filter((event) => isVisibleTo(log, member, event));
  const actors = items.flatMap(({ actorId }) => actorId ?? []);
  const beside = readBeside(world, reading, { messages: items.flatMap(messagesOf), people: actors });
  return { mode: 'log', items, ...beside, to: entries.at(-1)?.seq ?? after, head: log.entries.length };
}

/** Every row that was last touched above the cursor, up to where the page ends: at the limit-th row with its ties, or at the head. */
function statePage(world: World, reading: Reading, { since, limit }: Span): ChangesPage {
  const { log, member } = reading;
  const head = log.entries.length;
  const from = visibleFrom(log, member);
  const isNew = ({ rev }: { readonly rev: number }) => rev > since;
  const places = [...log.members.values()].filter(({ place }) => isNew(place));
  const isCrowd = conversationOf(log).memberCount > mostMembersTold;
  const rows = {
    conversations: [conversationOf(log)].filter(isNew),
    messages: [...log.messages.values()]
      .map(({ message }) => message)
      .filter((row) => row.seq >= from && isNew(row)),
    members: isCrowd ? [] : places,
    threads: [...log.threads.values()]
      .map(({ thread }) => thread)
      .filter((row) => isNew(row) && (log.messages.get(row.rootId)?.message.seq ?? 0) >= from),
  };
  const { conversations, messages, threads } = rows;
  const revs = [...conversations, ...messages, ...threads, ...rows.members.map(({ place }) => place)]
    .map(({ rev }) => rev)
    .sort((one, other) => one - other);
  const to = revs[limit - 1] ?? head;
  const fits = ({ rev }: { readonly rev: number }) => rev <= to;
  const byRev = (one: { readonly rev: number }, other: { readonly rev: number }) => one.rev - other.rev;
  const present = rows.members.filter(({ place }) => fits(place));
  const members = present.flatMap(({ status, place }) => (status === 'active' ? [place] : []));
  const conversation = conversations.find(fits) ?? null;
  const told = messages.filter(fits).sort(byRev);
  const people = [
    ...members.map(({ userId }) => userId),
    ...(conversation === null ? [] : [conversation.createdBy, ...(conversation.directUserIds ?? [])]),
  ];
  return {
    mode: 'state',
    conversation,
    messages: told,
    members: members.sort(byRev),
    gone: present.flatMap(({ status, place: { userId, rev } }) =>
      status === 'active' ? [] : [{ userId, rev }],
    ),
    memberCount: conversationOf(log).memberCount,
    threads: threads.filter(fits).sort(byRev),
    ...readBeside(world, reading, { messages: told, people }),
    to,
    head,
  };
}

function readBeside(
  { state }: World,
  reading: Reading,
  { messages, people }: { readonly messages: readonly Message[]; readonly people: readonly UserId[] },
) {
  const { users, quotes, mine } = besideMessages(state, reading, messages);
  return { users: { ...usersOf(state, people), ...users }, quotes, mine };
}
