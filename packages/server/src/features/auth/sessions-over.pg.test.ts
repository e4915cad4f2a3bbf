import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { isSessionLive } from '../../access/live-sessions.store.js';
import { readResumeState } from '../../eventlog/resume.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { seedUser } from '../../testing/seed.js';

describeEachEngine('a session whose time is over', (open) => {
  let ann: Actor;

  beforeEach(async () => {
    ann = await seedUser(open().database);
    await open().query('update parley.sessions set expires_at = now() where id = $1', [ann.sessionId]);
  });

  it('lets nobody in, opens no socket, and is in no list', async () => {
    const { database, core } = open();
    expect(await isSessionLive(database.kysely, ann)).toBe(false);
    const state = await readResumeState(database.kysely, core.cluster, { actor: ann, since: undefined });
    expect(state.isSessionLive).toBe(false);
    await expectCode('session_revoked', () => callAs(open(), ann)('sync', {}));
    expect(await callAs(open(), ann)('listSessions', {})).toEqual({ items: [] });
    await expectCode('not_found', () => callAs(open(), ann)('revokeSession', { sessionId: ann.sessionId }));
  });
});
