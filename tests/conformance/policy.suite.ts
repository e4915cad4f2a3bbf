import type { OperationName } from '@parley/protocol/wire';
import { routes } from '@parley/protocol/wire';
import { describe, expect, it } from 'vitest';
import { newId, type Person } from '../support/people.js';
import { caseOf } from './cases.js';
import { expectCode, fingerprint } from './expect-error.js';
import { operationNames } from './operations.suite.js';
import { rest, transports } from './transports.js';
import type { World } from './world.js';

const forUsers = operationNames.filter((name) => routes[name].access === 'user');
const forServers = operationNames.filter((name) => routes[name].access === 'server');
const inConversations = operationNames.filter((name) => routes[name].rest.includes(':conversationId'));

/** Who may call what: without a token nothing, and outside a conversation nothing that tells whether it exists. */
export function describePolicy(world: () => World): void {
  it.each([...forUsers, ...forServers])(
    '%s without a token, or with a wrong one, is refused',
    async (name) => {
      const { input } = await caseOf(name).prepare(world());
      expectCode(await rest.send(world(), { operation: name, as: undefined, input }), 'unauthenticated');
      const as: Person = { ...world().owner, token: 'abc.def.ghi' };
      expectCode(await rest.send(world(), { operation: name, as, input }), 'token_invalid');
    },
  );

  it.each(forUsers)('%s by a server key that acts as nobody is refused', async (name) => {
    const { input } = await caseOf(name).prepare(world());
    expectCode(await rest.send(world(), { operation: name, as: world().server, input }), 'forbidden');
  });

  describe.each(transports)('over $name', (transport) => {
    it.each(forServers)('%s is for server keys: people may not', async (name) => {
      const { input } = await caseOf(name).prepare(world());
      const { owner } = world();
      expectCode(await transport.send(world(), { operation: name, as: owner, input }), 'forbidden');
    });

    it.each(inConversations)(
      '%s answers a stranger the same for a hidden conversation and for none at all',
      async (name) => {
        const { input } = await caseOf(name).prepare(world());
        const send = (as: Person, conversationId: unknown) =>
          transport.send(world(), { operation: name, as, input: { ...input, conversationId } });
        const { stranger, former, group } = world();
        const replies = {
          hidden: await send(stranger, group.id),
          left: await send(former, group.id),
          none: await send(stranger, newId()),
          noneForFormer: await send(former, newId()),
        };
        for (const reply of Object.values(replies)) {
          expectCode(reply, 'not_found');
          expect(fingerprint(reply)).toBe(fingerprint(replies.none));
        }
      },
    );

    it.each([
      ['getUser', 'userId'],
      ['getMessage', 'messageId'],
      ['removeMember', 'userId'],
    ] as const)('%s answers not_found for a random %s', async (name, field) => {
      const { as, input } = await caseOf(name).prepare(world());
      const hidden = await transport.send(world(), {
        operation: name,
        as,
        input: { ...input, [field]: newId() },
      });
      expectCode(hidden, 'not_found');
    });

    it('a member of a lower role may not remove, and nobody gives a role above their own', async () => {
      const { group, owner, member, stranger } = world();
      const send = (operation: OperationName, as: Person, input: object) =>
        transport.send(world(), { operation, as, input: { conversationId: group.id, ...input } });
      expectCode(await send('removeMember', member, { userId: owner.id }), 'forbidden');
      expectCode(await send('addMembers', member, { userIds: [stranger.id], role: 'admin' }), 'rank_too_low');
      expectCode(await send('removeMember', owner, { userId: owner.id }), 'last_owner');
    });

    it('a conversation cannot be made with somebody who does not exist', async () => {
      const input = { type: 'group', memberIds: [newId()] };
      expectCode(
        await transport.send(world(), { operation: 'createConversation', as: world().member, input }),
        'invalid_reference',
      );
    });
  });
}
