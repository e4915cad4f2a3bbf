import { createHmac } from 'node:crypto';
import type { ConversationSummary, OperationName } from '@parley/protocol/wire';
import { resultOf } from '../../support/answer.js';
import { callAs, createGroup, newId, type Person, register } from '../../support/people.js';
import { RestClient } from '../../support/rest-client.js';

/** Everybody a place is looked at by. */
export interface People {
  /** Of another tenant, as a token of that tenant would name them. */
  readonly XT: Person;
  readonly NM: Person;
  readonly LR: Person;
  readonly BN: Person;
  /** Blocked by the owner. */
  readonly BL: Person;
  readonly ME: Person;
  readonly MO: Person;
  readonly AD: Person;
  readonly OW: Person;
  /** Another member, whom things are done to. */
  readonly target: Person;
  readonly otherAdmin: Person;
  /** In nothing; may be blocked by anybody. */
  readonly bystander: Person;
  /** The conversation of the owner and who they have blocked, with a message of each from before. */
  readonly direct: {
    readonly conversationId: string;
    readonly messages: { readonly OW: string; readonly BL: string };
  };
}

/** A group with somebody in every relation to it, and a message of each member. */
export interface Place {
  readonly people: People;
  readonly conversationId: string;
  readonly messages: {
    readonly OW: string;
    readonly AD: string;
    readonly MO: string;
    readonly BL: string;
    readonly ME: string;
    readonly target: string;
    /** Of the target, who deleted it. */
    readonly deleted: string;
  };
  /** Begins another session of somebody and gives its id. */
  readonly newSession: (who: Exclude<keyof People, 'direct'>) => Promise<{ sessionId: string }>;
}

export async function openPeople(url: string, secret: string): Promise<People> {
  const names = [
    ...(['NM', 'LR', 'BN', 'BL', 'ME', 'MO', 'AD', 'OW'] as const),
    ...(['target', 'otherAdmin', 'bystander'] as const),
  ] as const;
  const persons = new Map<string, Person>();
  for (const name of names) persons.set(name, await register(url, name.toLowerCase()));
  const named = (name: (typeof names)[number]): Person => {
    const person = persons.get(name);
    if (person === undefined) throw new Error(`${name} was not registered`);
    return person;
  };
  const foreigner = await register(url, 'xt');
  return {
    XT: { ...foreigner, token: ofAnotherTenant(foreigner.token, secret) },
    NM: named('NM'),
    LR: named('LR'),
    BN: named('BN'),
    BL: named('BL'),
    ME: named('ME'),
    MO: named('MO'),
    AD: named('AD'),
    OW: named('OW'),
    target: named('target'),
    otherAdmin: named('otherAdmin'),
    bystander: named('bystander'),
    direct: await openDirect(url, { OW: named('OW'), BL: named('BL') }),
  };
}

/** A message of each, and then the block. */
async function openDirect(
  url: string,
  { OW, BL }: { readonly OW: Person; readonly BL: Person },
): Promise<People['direct']> {
  const by = (person: Person) => ({ url, person });
  const made = await callAs(by(OW), 'createConversation', { type: 'direct', memberIds: [BL.id] });
  const messages = { OW: newId(), BL: newId() };
  const words = { conversationId: made.id, content: 'from before' };
  await callAs(by(OW), 'sendMessage', { ...words, id: messages.OW });
  await callAs(by(BL), 'sendMessage', { ...words, id: messages.BL });
  await callAs(by(OW), 'blockUser', { userId: BL.id });
  return { conversationId: made.id, messages };
}

export async function openPlace(url: string, people: People): Promise<Place> {
  const { OW, AD, MO, ME, LR, BN, BL, target, otherAdmin } = people;
  const by = (person: Person) => ({ url, person });
  const { id: conversationId }: ConversationSummary = await createGroup(url, OW, [ME, target, LR, BN]);
  await callAs(by(OW), 'addMembers', {
    conversationId,
    userIds: [AD.id, otherAdmin.id],
    role: 'admin',
  });
  await callAs(by(OW), 'addMembers', { conversationId, userIds: [MO.id], role: 'moderator' });
  // Whom the owner has blocked they cannot invite.
  await callAs(by(AD), 'addMembers', { conversationId, userIds: [BL.id] });
  const said = async (person: Person): Promise<string> => {
    const id = newId();
    await callAs(by(person), 'sendMessage', { conversationId, id, content: `words of ${person.username}` });
    return id;
  };
  const messages = {
    OW: await said(OW),
    AD: await said(AD),
    MO: await said(MO),
    BL: await said(BL),
    ME: await said(ME),
    target: await said(target),
    deleted: await said(target),
  };
  await callAs(by(target), 'deleteMessage', { conversationId, messageId: messages.deleted });
  const reply = { threadId: messages.OW, id: newId(), content: 'a reply' };
  await callAs(by(target), 'sendMessage', { conversationId, ...reply });
  await callAs(by(LR), 'leaveConversation', { conversationId });
  await callAs(by(OW), 'banMember', { conversationId, userId: BN.id });
  return {
    people,
    conversationId,
    messages,
    newSession: (who) => newSession(url, people[who]),
  };
}

async function newSession(url: string, person: Person): Promise<{ sessionId: string }> {
  const known = new Set(await sessionsOf(url, person));
  const { username, password } = person;
  resultOf(await new RestClient(url).call('login', { login: username, password }));
  const sessionId = (await sessionsOf(url, person)).find((id) => !known.has(id));
  if (sessionId === undefined) throw new Error('a log-in began no session');
  return { sessionId };
}

async function sessionsOf(url: string, person: Person): Promise<string[]> {
  const { items } = await callAs({ url, person }, 'listSessions' satisfies OperationName, {});
  return items.map(({ id }) => id);
}

/** The same person in a tenant that is not theirs, signed with the server's own secret. */
export function ofAnotherTenant(token: string, secret: string): string {
  const [header = '', payload = ''] = token.split('.');
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const moved = { ...(claims as object), tid: newId() };
  const signed = `${header}.${Buffer.from(JSON.stringify(moved)).toString('base64url')}`;
  const key = createHmac('sha256', secret).update('parley:access').digest();
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}
