import { listOperations, type OperationName } from '@parley/protocol';
import { routes } from '@parley/protocol/wire';
import { describe, expect, it } from 'vitest';
import { resultOf } from '../support/answer.js';
import { caseOf, cases } from './cases.js';
import { expectCode } from './expect-error.js';
import { rest, socket, transports } from './transports.js';
import type { World } from './world.js';

// `cases` is typed to have the operations' names as keys.
export const operationNames = Object.keys(cases) as OperationName[];

/** Every operation, called as it should be, answers what its contract says. */
export function describeOperations(world: () => World): void {
  describe.each(transports)('over $name', (transport) => {
    const names = operationNames.filter(
      (name) => transport.name === 'REST' || routes[name].access !== 'server',
    );
    it.each(names)('%s answers what its contract says', async (name) => {
      const { prepare, optional, holds } = caseOf(name);
      const prepared = await prepare(world());
      const reply = await transport.send(world(), { operation: name, ...prepared });
      holds(expectOutput(name, resultOf(reply.answer)) as never, prepared, world());

      for (const field of Object.keys(optional(world()))) {
        const { as, input } = await prepare(world());
        const withField = { ...input, [field]: optional(world())[field] };
        const other = await transport.send(world(), { operation: name, as, input: withField });
        expectOutput(name, resultOf(other.answer));
      }
    });
  });

  it.each(operationNames)(
    '%s over REST has the status of its contract and is kept by no cache',
    async (name) => {
      const { response } = await rest.send(world(), {
        operation: name,
        ...(await caseOf(name).prepare(world())),
      });
      const { status } = operationOf(name);
      expect(response?.status).toBe(status);
      expect(response?.headers.get('cache-control')).toBe('no-store');
      if (status === 204) expect(response?.text).toBe('');
      else expect(response?.headers.get('content-type')).toMatch(/^application\/json/);
    },
  );

  it.each(['sendMessage', 'addMembers', 'removeMember'] as const)(
    '%s over REST tells the seq in a header',
    async (name) => {
      const { answer, response } = await rest.send(world(), {
        operation: name,
        ...(await caseOf(name).prepare(world())),
      });
      expect(response?.headers.get('parley-seq')).toBe(String(resultOf<{ seq: number }>(answer).seq));
    },
  );

  it('a direct conversation exists once for two people, whoever makes it and however often', async () => {
    const { owner, stranger } = world();
    const by = { operation: 'createConversation' as const };
    const first = await rest.send(world(), {
      ...by,
      as: owner,
      input: { type: 'direct', memberIds: [stranger.id] },
    });
    const again = await socket.send(world(), {
      ...by,
      as: owner,
      input: { type: 'direct', memberIds: [stranger.id] },
    });
    const other = await socket.send(world(), {
      ...by,
      as: stranger,
      input: { type: 'direct', memberIds: [owner.id] },
    });
    const made = resultOf<{ directUserIds: string[] }>(first.answer);
    expect(resultOf(again.answer)).toEqual(made);
    expect(resultOf(other.answer)).toEqual(made);
    expect(made).toMatchObject({ type: 'direct', name: null, directUserIds: [owner.id, stranger.id].sort() });
  });

  it('a session ends with its log-out, and a refresh token that was traded stays good for one more tab', async () => {
    const { as, input } = await caseOf('refresh').prepare(world());
    const refresh = () => rest.send(world(), { operation: 'refresh', as, input });
    const first = resultOf<{ refreshToken: string }>((await refresh()).answer);
    const second = resultOf<{ refreshToken: string }>((await refresh()).answer);
    expect(second.refreshToken).toBe(first.refreshToken);
    await rest.send(world(), { operation: 'logout', as, input: { refreshToken: first.refreshToken } });
    expectCode(await refresh(), 'refresh_invalid');
  });

  it('a taken username, and a wrong password or an unknown name, are refused without telling more', async () => {
    const { member } = world();
    const call = (operation: OperationName, input: Record<string, unknown>) =>
      rest.send(world(), { operation, as: undefined, input });
    expectCode(
      await call('register', { username: member.username.toUpperCase(), password: 'a long password' }),
      'username_taken',
    );
    const wrong = expectCode(
      await call('login', { login: member.username, password: 'wrong' }),
      'invalid_credentials',
    );
    const unknown = expectCode(
      await call('login', { login: 'nobody-at-all', password: 'wrong' }),
      'invalid_credentials',
    );
    expect({ ...wrong, requestId: '' }).toEqual({ ...unknown, requestId: '' });
  });
}

/** The output of an operation, which must be exactly what its schema says: nothing missing, nothing beyond. */
function expectOutput(name: OperationName, output: unknown): unknown {
  const { operation } = listOperations().get(name) ?? {};
  const parsed = operation?.output.safeParse(output);
  expect(parsed?.error?.issues ?? []).toEqual([]);
  expect(output).toEqual(parsed?.data);
  return output;
}

function operationOf(name: OperationName) {
  const found = listOperations().get(name);
  if (found === undefined) throw new Error(`${name} is not in the contract`);
  return found.operation;
}
