import { limits } from '@parley/protocol';
import type { FastifyInstance } from 'fastify';
import { parseJson } from '../../lib/json.js';

/**
 * Reads bodies as JSON and nothing else. Fastify would also parse text/plain, which a foreign page can send without being asked, and would replace
 * invalid UTF-8 in silence.
 */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer', bodyLimit: limits.bodyBytes },
    (_request, body, done) => {
      try {
        done(null, parseJson(body));
      } catch (error) {
        done(error instanceof Error ? error : new Error('unreadable body'));
      }
    },
  );
}
