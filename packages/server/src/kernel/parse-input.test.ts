import { listOperations, type Operation, type OperationName } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { expectCode } from '../testing/expect-code.js';
import { newConversationId, newMessageId, newUserId } from '../testing/seed.js';
import { parseInput } from './parse-input.js';

function operation(name: OperationName): Operation {
  const found = new Map(listOperations()).get(name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found.operation;
}

const sendMessage = operation('sendMessage');
const message = (more: object = {}) => ({
  conversationId: newConversationId(),
  id: newMessageId(),
  content: 'hi',
  ...more,
});

describe('parseInput', () => {
  it('gives the input as the contract reads it', () => {
    const input = message({ metadata: { a: 1 } });
    expect(parseInput(sendMessage, input)).toEqual(input);
    expect(parseInput(operation('getMe'), undefined)).toEqual({});
  });

  it('names every field that does not fit and the rule it broke, never its value', async () => {
    const error = await expectCode('validation_failed', () =>
      parseInput(sendMessage, message({ id: 'SECRET', content: 5 })),
    );
    expect(error.details?.map(({ path }) => path).sort()).toEqual(['content', 'id']);
    expect(JSON.stringify(error.toBody('r'))).not.toContain('SECRET');
  });

  it('refuses keys nobody asked for without repeating them', async () => {
    const error = await expectCode('validation_failed', () =>
      parseInput(sendMessage, message({ SECRET: 1 })),
    );
    expect(error.details).toEqual([{ path: '', rule: 'unknown key' }]);
  });

  it.each(['123', [], 5, true, 'text'])('refuses %j as input', async (input) => {
    await expectCode('validation_failed', () => parseInput(sendMessage, input));
  });

  it('does not make numbers of strings, nor strings of numbers', async () => {
    await expectCode('validation_failed', () => parseInput(sendMessage, message({ content: 123 })));
    await expectCode('validation_failed', () =>
      parseInput(operation('listMembers'), { conversationId: newConversationId(), limit: '10' }),
    );
  });

  it.each([
    ['a NUL', 'a\u0000b', 'invalid_text'],
    ['a lone surrogate', 'a\ud800b', 'invalid_text'],
    ['10,001 characters', 'x'.repeat(10_001), 'message_too_long'],
  ] as const)('answers content with %s by a code of its own', async (_name, content, code) => {
    await expectCode(code, () => parseInput(sendMessage, message({ content })));
  });

  it('takes 10,000 characters and emoji in pairs', () => {
    const content = `${'x'.repeat(9_999)}\u{1f642}`;
    expect(parseInput(sendMessage, message({ content }))).toMatchObject({ content });
  });

  it('answers too_many_items for a list that is too long', async () => {
    const userIds = Array.from({ length: 1001 }, () => newUserId());
    const input = { conversationId: newConversationId(), userIds };
    await expectCode('too_many_items', () => parseInput(operation('addMembers'), input));
  });

  it('tells of twenty fields at most', async () => {
    const userIds = Array.from({ length: 100 }, () => 'nobody');
    const error = await expectCode('validation_failed', () =>
      parseInput(operation('addMembers'), { conversationId: newConversationId(), userIds }),
    );
    expect(error.details).toHaveLength(20);
    expect(error.details?.[0]?.path).toBe('userIds.0');
  });
});
