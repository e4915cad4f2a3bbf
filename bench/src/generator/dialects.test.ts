import type { DownFrame } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { type DialectName, dialects, messageId, type Reading } from './dialects.js';

function read(dialect: DialectName, text: string): Reading {
  const buffer = Buffer.from(`before${text}{"seq":9,"id":"after`);
  const reading: Reading = { kind: 'other', index: -1, seq: -1 };
  dialects[dialect].read({ buffer, start: 6, end: 6 + Buffer.byteLength(text) }, reading);
  return reading;
}

const id = messageId(0xabc, Date.UTC(2026, 10, 21), '0123456789');
const at = '2026-11-21T09:30:00.000001Z';

describe('reading frames', () => {
  it('makes ids that are UUIDs of version 7', () => {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('finds count and seq in an event', () => {
    const data = { id, seq: 41, content: 'says "seq":7,"id":"x"' };
    const event = { kind: 'message.created', conversationId: 'c', seq: 41, at, actorId: 'u', data };
    expect(read('frames', JSON.stringify({ type: 'event', event }))).toEqual({
      kind: 'event',
      index: 0xabc,
      seq: 41,
    });
  });

  it('takes other events for what nobody expected', () => {
    const event = { kind: 'members.added', conversationId: 'c', seq: 41, at, actorId: 'u', data: {} };
    expect(read('frames', JSON.stringify({ type: 'event', event })).kind).toBe('other');
  });

  it.each<[Reading['kind'], Pick<DownFrame, 'type'> & Record<string, unknown>]>([
    ['ack', { type: 'result', id, result: { id, seq: 41, at } }],
    ['error', { type: 'error', id, error: { code: 'overloaded' } }],
    ['cursor', { type: 'heads', heads: [['c', 12]] }],
    ['ready', { type: 'welcome' }],
    ['ping', { type: 'ping' }],
    ['passing', { type: 'signal', signal: { kind: 'receipt.own' } }],
    ['other', { type: 'refreshed' }],
    ['other', { type: 'head', conversationId: 'c', seq: 12 }],
  ])('tells %s', (kind, frame) => {
    expect(read('frames', JSON.stringify(frame)).kind).toBe(kind);
  });

  it('finds the count in an answer and the seq in a cursor', () => {
    expect(read('frames', JSON.stringify({ type: 'result', id, result: {} })).index).toBe(0xabc);
    expect(read('frames', JSON.stringify({ type: 'heads', heads: [['c', 12]] })).seq).toBe(12);
  });

  it('reads Socket.IO', () => {
    expect(read('socket.io', `42["message",${JSON.stringify({ id })}]`)).toEqual({
      kind: 'event',
      index: 0xabc,
      seq: -1,
    });
    expect(read('socket.io', `4312[${JSON.stringify({ id })}]`)).toMatchObject({ kind: 'ack', index: 0xabc });
    expect(read('socket.io', '40{"sid":"x"}').kind).toBe('ready');
    expect(read('socket.io', '44{"message":"no"}').kind).toBe('error');
    expect(read('socket.io', '2').kind).toBe('ping');
  });
});
