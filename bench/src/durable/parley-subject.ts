/**
 * The real server, as built: `node packages/server/dist/cli.js serve`. People and conversations are made once, through its API (a thousand
 * password hashes take a while), and every run gets a copy of that database and fresh tokens.
 */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { queryOnce } from '../lib/databases.js';
import { type NodeProcess, startNode } from '../lib/node-process.js';
import { inParallel, parleyApi, readHistory, type Session } from './parley-api.js';
import {
  conversationCount,
  fixedId,
  inOrder,
  membersPerConversation,
  type RunningSubject,
  type StoredRow,
  type Subject,
  type SubjectEnvironment,
} from './subject.js';

const script = fileURLToPath(new URL('../../../packages/server/dist/cli.js', import.meta.url));
const secret = 'a secret for the bench and nothing else';
const password = 'a password for the bench';

interface Seed {
  /** A database to copy, or a folder. */
  readonly place: string;
  readonly conversationIds: readonly string[];
  /** One a member, in the order of the conversations. */
  readonly refreshTokens: readonly string[];
}

/** Parley on PostgreSQL, or on the database it brings along. */
export function parleySubject(database: Subject['database']): Subject {
  const name = database === 'embedded' ? 'parley-embedded' : 'parley';
  let seed: Seed | undefined;
  return {
    name,
    database,
    hasSeqs: true,
    prepare: async (environment) => {
      const count = conversationCount * membersPerConversation;
      environment.say(`${name}: making ${count} accounts and ${conversationCount} conversations, some 30 s`);
      seed = await makeSeed(database, environment);
    },
    start: async (environment) => {
      if (seed === undefined) throw new Error('prepare comes first');
      return startOnCopy(database, seed, environment);
    },
  };
}

async function makeSeed(database: Subject['database'], environment: SubjectEnvironment): Promise<Seed> {
  const place = database === 'embedded' ? join(environment.folder, 'seed') : 'bench_parley_seed';
  const url = database === 'embedded' ? undefined : await environment.databases.create(place);
  const server = await startParley(database === 'embedded' ? place : environment.folder, url);
  try {
    const api = parleyApi(server.port);
    const numbers = Array.from({ length: conversationCount * membersPerConversation }, (_, index) => index);
    const sessions = await inParallel(numbers, 4, (index) =>
      api.post<Session>('/auth/register', { username: `bench-${index}`, password }),
    );
    const conversationIds = numbers
      .slice(0, conversationCount)
      .map((index) => fixedId('conversation', index));
    await inParallel(conversationIds, 4, async (id, index) => {
      const from = index * membersPerConversation;
      const [owner, ...others] = sessions.slice(from, from + membersPerConversation);
      const input = {
        type: 'group',
        id,
        name: `Bench ${index}`,
        memberIds: others.map(({ user }) => user.id),
      };
      await api.post('/conversations', input, owner?.accessToken);
    });
    return { place, conversationIds, refreshTokens: sessions.map(({ refreshToken }) => refreshToken) };
  } finally {
    await server.stop();
  }
}

async function startOnCopy(
  database: Subject['database'],
  seed: Seed,
  { databases, folder, nodeArgs }: SubjectEnvironment,
): Promise<RunningSubject> {
  const isEmbedded = database === 'embedded';
  const copy = isEmbedded ? join(folder, 'run') : 'bench_parley';
  if (isEmbedded) cpSync(seed.place, copy, { recursive: true });
  const url = isEmbedded ? undefined : await databases.create(copy, seed.place);
  const server = await startParley(isEmbedded ? copy : folder, url, nodeArgs);
  const api = parleyApi(server.port);
  const stop = async (): Promise<void> => {
    await server.stop();
    if (isEmbedded) rmSync(copy, { recursive: true, force: true });
    else await databases.drop(copy);
  };
  try {
    const sessions = await inParallel(seed.refreshTokens, 8, (refreshToken) =>
      api.post<Session>('/auth/refresh', { refreshToken }),
    );
    const { conversationIds } = seed;
    const members = sessions.map(({ accessToken }, index) => ({
      conversation: Math.floor(index / membersPerConversation),
      token: accessToken,
    }));
    return {
      pid: server.pid,
      target: { dialect: 'frames', port: server.port, conversationIds, members },
      readRows: async () =>
        url === undefined
          ? inParallel(conversationIds, 4, (id, index) =>
              readHistory(api, id, sessions[index * membersPerConversation]?.accessToken ?? ''),
            )
          : inOrder(conversationIds, await queryOnce<StoredRow>(url, rowsQuery)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const rowsQuery = `select conversation_id, count(*), count(distinct id) as ids,
  min(seq) as first_seq, max(seq) as last_seq from parley.messages group by 1`;

const countedRules = [
  'sendPerConversation',
  'sendPerHour',
  'send',
  'reactions',
  'rest',
  'anonymous',
  'register',
  'connect',
  'connectPerAddress',
  'frames',
];

/** What is measured is what the server can do, not what one person may ask of it; that it counts belongs to what it costs. */
const unreachable = JSON.stringify(
  Object.fromEntries(
    countedRules.map((name) => [name, { limit: 1_000_000, windowSeconds: 1, burst: 1_000_000 }]),
  ),
);

function startParley(
  dataDirectory: string,
  url: string | undefined,
  nodeArgs: readonly string[] = [],
): Promise<NodeProcess> {
  return startNode({
    name: 'parley serve',
    script,
    args: ['serve'],
    nodeArgs,
    env: {
      HOST: '127.0.0.1',
      PORT: '0',
      PARLEY_SECRET: secret,
      PARLEY_DATA_DIR: dataDirectory,
      PARLEY_RATE_LIMITS: unreachable,
      ...(url === undefined ? {} : { DATABASE_URL: url }),
    },
    readyWhen: /Parley is ready at http:\/\/[^:]+:(\d+)/,
  });
}
