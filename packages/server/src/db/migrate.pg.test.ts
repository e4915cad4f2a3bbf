import { sql } from 'kysely';
import { beforeEach, expect, it } from 'vitest';
import { describeEachEngine } from '../testing/describe-each-engine.js';
import type { Database } from './database.js';
import { installFunctions } from './install-functions.js';
import { listPendingMigrations, MigrationError, migrate } from './migrate.js';
import { type Migration, migrations } from './migrations/index.js';

const all = migrations.map((migration) => migration.name);
const first: Migration = {
  name: '0001-first',
  up: '-- a comment; with a semicolon inside\ncreate table parley.first (id int);\ninsert into parley.first values (1);\n',
};
const second: Migration = { name: '0002-second', up: 'insert into parley.first values (2); -- ;\n' };

describeEachEngine('migrate', (open) => {
  let database: Database;

  beforeEach(async () => {
    database = open().database;
    await sql`drop schema if exists parley cascade`.execute(database.kysely);
  });

  const rows = async (table: string) => {
    const found = await open().query<{ count: number }>(`select count(*)::int as count from parley.${table}`);
    return found[0]?.count;
  };

  it('applies everything once, however often it is called', async () => {
    expect(await migrate(database)).toEqual({ applied: all });
    expect(await migrate(database)).toEqual({ applied: [] });
    expect(await rows('cluster_meta')).toBe(1);
  });

  it('applies everything once when two nodes start together', async () => {
    const another = await open().openAnother();
    const results = await Promise.all([
      migrate(database),
      migrate(another),
      migrate(database),
      migrate(another),
    ]);
    expect(results.flatMap((result) => result.applied)).toEqual(all);
    expect(await rows('migrations')).toBe(all.length);
  });

  it('keeps the epoch: a second start does not make a new history', async () => {
    await migrate(database);
    const epoch = () => open().query('select epoch from parley.cluster_meta');
    const before = await epoch();
    await migrate(database);
    expect(await epoch()).toEqual(before);
  });

  it('applies only what is missing, in order, comments and all', async () => {
    await migrate(database, [first]);
    expect(await listPendingMigrations(database, [first, second])).toEqual([second.name]);
    expect(await migrate(database, [first, second])).toEqual({ applied: [second.name] });
    expect(await rows('first')).toBe(2);
    expect(await listPendingMigrations(database, [first, second])).toEqual([]);
  });

  it('lists everything as pending on an empty database, and changes nothing by asking', async () => {
    expect(await listPendingMigrations(database)).toEqual(all);
    expect(await open().query("select 1 from pg_namespace where nspname = 'parley'")).toEqual([]);
  });

  it('refuses a database that a newer version has migrated', async () => {
    await migrate(database, [first, second]);
    await expect(migrate(database, [first])).rejects.toThrow(MigrationError);
    await expect(migrate(database, [first])).rejects.toThrow(/0002-second.*newer Parley/);
  });

  it('refuses to go on when an applied migration has another text now', async () => {
    await migrate(database, [first]);
    const changed = { ...first, up: `${first.up}-- changed` };
    await expect(migrate(database, [changed, second])).rejects.toThrow(
      /0001-first was applied in another form/,
    );
    expect(await rows('first')).toBe(1);
  });

  it('leaves nothing of a start that failed half way', async () => {
    const broken: Migration = {
      name: '0002-broken',
      up: 'insert into parley.first values (2);\nselect nothing_such();\n',
    };
    await expect(migrate(database, [first, broken])).rejects.toThrow();
    expect(await listPendingMigrations(database, [first, broken])).toEqual([first.name, broken.name]);
    expect(await migrate(database, [first, second])).toEqual({ applied: [first.name, second.name] });
  });

  it('installs a function once under its text, and a changed one beside it', async () => {
    await migrate(database);
    const one = {
      name: 'answer',
      text: 'create function parley.{{name}}() returns int language sql as $$ select 1 $$',
    };
    const two = { ...one, text: one.text.replace('select 1', 'select 2') };
    const another = await open().openAnother();
    const [names] = await Promise.all([installFunctions(database, [one]), installFunctions(another, [one])]);
    expect(await installFunctions(database, [one])).toEqual(names);
    const newer = await installFunctions(database, [two]);
    expect(await open().query(`select ${names.answer}() as old, ${newer.answer}() as new`)).toEqual([
      { old: 1, new: 2 },
    ]);
  });
});
