import { describe, expect, it } from 'vitest';
import { createServer } from './server.js';

describe('a server', () => {
  it.each(['', 'short', 'x'.repeat(31)])(
    'does not start with a secret that can be guessed',
    async (secret) => {
      const app = await createServer({ secret, dataDirectory: 'memory', logLevel: 'silent' }).catch(
        (error: unknown) => error,
      );
      expect(app).toMatchObject({ message: expect.stringContaining('randomBytes(32)') });
    },
  );
});
