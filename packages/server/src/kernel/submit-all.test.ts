import { ParleyError } from '@parley/protocol';
import { expect, it } from 'vitest';
import type { Actor } from '../access/actor.js';
import { expectCode } from '../testing/expect-code.js';
import { newConversationId, newMessageId, newUserId, sendOf } from '../testing/seed.js';
import type { DecidedVerdict } from './batcher.js';
import type { Operation, OperationRequest } from './command.js';
import { submitAll } from './submit-all.js';

const conversationId = newConversationId();
const senderId = newUserId();
// Only its ids are looked at.
const actor = { userId: senderId, tenantId: newUserId() as string } as Actor;
const refusedBy = (code: 'overloaded' | 'unavailable') => () =>
  Promise.reject(new ParleyError(code, { retryAfterMs: 1000 }));
const refused = (code: 'not_found' | 'muted') => async (): Promise<DecidedVerdict> => ({
  status: 'refused',
  code,
});
const repeated = async (): Promise<DecidedVerdict> => ({ status: 'repeated', seq: 7, at: 'then' });

it('all are in the lane, in order, before anything is waited for', async () => {
  const requests = [1, 2, 3].map(() => request());
  const entered: string[] = [];
  const pending = submit(requests, (operation) => {
    entered.push(operation.opId);
    return new Promise<DecidedVerdict>((resolve) => setImmediate(() => void repeated().then(resolve)));
  });
  expect(entered).toEqual(requests.map(({ id }) => id));
  expect(await pending).toEqual([1, 2, 3].map(() => ({ status: 'applied', seq: 7, at: 'then' })));
});

it('each has its own verdict; one that did not reach the database is refused for that', async () => {
  const answers = [refusedBy('unavailable'), refused('muted'), repeated];
  expect(await submit(answers.map(request), (_operation, index) => answers[index]?.())).toEqual([
    { status: 'refused', code: 'unavailable' },
    { status: 'refused', code: 'muted' },
    { status: 'applied', seq: 7, at: 'then' },
  ]);
});

it('when none reached the database the call fails, and says when to come back', async () => {
  const failure = await submit([request(), request()], refusedBy('overloaded')).catch(
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ code: 'overloaded', retryAfterMs: 1000 });
});

it('when all were not found the call is: a hidden conversation is none at all', async () => {
  await expectCode('not_found', () => submit([request(), request()], refused('not_found')));
});

function submit(
  requests: readonly OperationRequest[],
  answer: (operation: Operation, index: number) => Promise<DecidedVerdict> | undefined,
) {
  let index = -1;
  const batcher = {
    submit: (operation: Operation) => {
      index += 1;
      return answer(operation, index) ?? Promise.reject(new Error('there is no answer'));
    },
  };
  return submitAll({ batcher, actor, newId: newMessageId }, requests);
}

function request(): OperationRequest {
  const send = sendOf({ conversationId, senderId });
  // Nothing here looks at the command.
  const command = {} as OperationRequest['command'];
  return { command, conversationId, id: send.id, targets: [send.id], payload: {}, send, bytes: 10 };
}
