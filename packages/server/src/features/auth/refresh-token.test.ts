import { describe, expect, it } from 'vitest';
import { deriveKey } from '../../access/tokens.js';
import { createRefreshTokens } from './refresh-token.js';

const tokens = createRefreshTokens(deriveKey('one secret', 'refresh'));

describe('refresh tokens', () => {
  it('have 256 bits and never repeat', () => {
    const made = Array.from({ length: 100 }, () => tokens.create());
    expect(new Set(made).size).toBe(100);
    for (const token of made) expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  });

  it('have one successor, the same on every node with the secret, and a chain that never returns', () => {
    const token = tokens.create();
    const sibling = createRefreshTokens(deriveKey('one secret', 'refresh'));
    expect(sibling.successorOf(token)).toBe(tokens.successorOf(token));
    const chain = [token];
    for (let count = 0; count < 100; count += 1) chain.push(tokens.successorOf(chain.at(-1) ?? ''));
    expect(new Set(chain).size).toBe(101);
    expect(Buffer.from(chain[1] ?? '', 'base64url')).toHaveLength(32);
  });

  it('have a successor nobody computes without the secret, and not from the stored hash', () => {
    const token = tokens.create();
    const thief = createRefreshTokens(deriveKey('another secret', 'refresh'));
    expect(thief.successorOf(token)).not.toBe(tokens.successorOf(token));
    expect(tokens.hashOf(token).toString('base64url')).not.toBe(tokens.successorOf(token));
  });

  it('are stored as their SHA-256', () => {
    expect(tokens.hashOf('abc').toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});
