import { randomUUID } from 'node:crypto';
import type { TenantId, UserId } from '@parley/protocol';
import { expect, it } from 'vitest';
import { describeEachEngine } from '../testing/describe-each-engine.js';
import { seedUser } from '../testing/seed.js';
import { defaultTenantId } from './actor.js';
import type { ForeignProfile } from './foreign-profile.js';
import { ensureUser, type Identity } from './identities.store.js';

interface Row {
  readonly id: UserId;
  readonly username: string;
  readonly display_name: string;
  readonly email: string | null;
  readonly avatar_url: string | null;
  readonly rev: number;
}

const silent: ForeignProfile = {
  username: undefined,
  displayName: undefined,
  email: undefined,
  avatarUrl: undefined,
};

describeEachEngine('people others vouch for', (open) => {
  const now = Date.UTC(2026, 0, 1);
  const identity = (change: Partial<Identity> = {}): Identity => ({
    tenantId: defaultTenantId,
    issuer: 'issuer',
    subject: randomUUID().slice(0, 13),
    profile: silent,
    saidAt: now,
    ...change,
  });
  const ensure = (of: Identity) => ensureUser(open().database.kysely, of);
  const rowOf = async (id: UserId) => {
    const [row] = await open().query<Row>(
      'select id, username, display_name, email, avatar_url, rev from parley.users where id = $1',
      [id],
    );
    return row;
  };

  it('are made when they are seen first, once, however many come at once', async () => {
    const ada = identity({ profile: { ...silent, username: 'ada', displayName: 'Ada' } });
    const ids = await Promise.all(Array.from({ length: 20 }, () => ensure(ada)));
    expect(new Set(ids).size).toBe(1);
    const id = await ensure(ada);
    expect(await rowOf(id)).toMatchObject({ username: 'ada', display_name: 'Ada', rev: 1 });
    const counted = await open().query<{ count: number }>(
      `select (select count(*) from parley.identities where user_id = $1)::int as count,
        (select count(*) from parley.users where username = 'ada')::int as users`,
      [id],
    );
    expect(counted).toEqual([{ count: 1, users: 1 }]);
    expect(await ensure(identity({ issuer: 'another', subject: ada.subject }))).not.toBe(id);
  });

  it('have their subject as id when it is a UUID that is nobody else in any tenant', async () => {
    const subject = randomUUID();
    expect(await ensure(identity({ subject }))).toBe(subject);
    const elsewhere = randomUUID() as string as TenantId;
    const second = await ensure(identity({ subject, tenantId: elsewhere }));
    const third = await ensure(identity({ subject, issuer: 'another' }));
    expect(new Set([subject, second, third]).size).toBe(3);
    expect(await ensure(identity({ subject, tenantId: elsewhere }))).toBe(second);
  });

  it('are who was made under that id before, and bring their profile', async () => {
    const { userId } = await seedUser(open().database);
    const profile = { ...silent, displayName: 'Bo', email: 'bo@example.org' };
    expect(await ensure(identity({ subject: userId, profile }))).toBe(userId);
    expect(await rowOf(userId)).toMatchObject({ display_name: 'Bo', email: 'bo@example.org', rev: 2 });
  });

  it('are named anew when the issuer says something new, not when it repeats itself or is out of date', async () => {
    const cy = identity({ profile: { ...silent, displayName: 'Cy' } });
    const id = await ensure(cy);
    await open().query(`update parley.users set display_name = 'Own choice' where id = $1`, [id]);
    await ensure({ ...cy, saidAt: now + 1000 });
    expect(await rowOf(id)).toMatchObject({ display_name: 'Own choice', rev: 1 });
    const profile = { ...silent, displayName: 'Cyril', avatarUrl: 'https://pictures.example/cy' };
    await ensure({ ...cy, profile, saidAt: now + 2000 });
    await ensure({ ...cy, saidAt: now + 1000 });
    expect(await rowOf(id)).toMatchObject({
      display_name: 'Cyril',
      avatar_url: 'https://pictures.example/cy',
      rev: 2,
    });
  });

  it('do not get names and addresses of others, nor become them', async () => {
    const taken = { ...silent, username: 'dee', email: 'dee@example.org' };
    const first = await ensure(identity({ profile: taken }));
    const other = identity({ profile: taken });
    const second = await ensure(other);
    expect(second).not.toBe(first);
    expect(await rowOf(second)).toMatchObject({ username: expect.stringMatching(/^user-/), email: null });
    const profile = { ...taken, displayName: 'Dee too' };
    await ensure({ ...other, profile, saidAt: now + 1000 });
    expect(await rowOf(second)).toMatchObject({ display_name: 'Dee too', email: null });
    expect(await rowOf(first)).toMatchObject({ username: 'dee', email: 'dee@example.org', rev: 1 });
  });
});
