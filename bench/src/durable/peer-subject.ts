import { fileURLToPath } from 'node:url';
import type { DialectName } from '../generator/dialects.js';
import type { Target } from '../generator/messages.js';
import { queryOnce } from '../lib/databases.js';
import { startNode } from '../lib/node-process.js';
import { conversationCount, fixedId, inOrder, membersPerConversation, type Subject } from './subject.js';

interface PeerOptions {
  readonly name: string;
  readonly dialect: DialectName;
  readonly hasSeqs: boolean;
  /** What a member shows to be let in. */
  readonly token: (conversationId: string, userId: string) => string;
}

/** A script of bench/peers on PostgreSQL: it makes its tables, listens, prints its port. Its table `messages` is read at the end. */
export function peerSubject({ name, dialect, hasSeqs, token }: PeerOptions): Subject {
  const script = fileURLToPath(new URL(`../../peers/${name}.ts`, import.meta.url));
  const database = `bench_${name.replaceAll('-', '_')}`;
  return {
    name,
    database: 'PostgreSQL',
    hasSeqs,
    prepare: async () => {},
    start: async ({ databases, nodeArgs }) => {
      const url = await databases.create(database);
      const env = { DATABASE_URL: url };
      const server = await startNode({ name, script, nodeArgs, env, readyWhen: /listening on (\d+)/ });
      const target = peerTarget(dialect, server.port, token);
      return {
        pid: server.pid,
        target,
        readRows: async () =>
          inOrder(target.conversationIds, await queryOnce(url, hasSeqs ? rowsWithSeq : rowsWithoutSeq)),
        stop: async () => {
          await server.stop();
          await databases.drop(database);
        },
      };
    },
  };
}

const rowsWithSeq = `select conversation_id, count(*), count(distinct id) as ids,
  min(seq) as first_seq, max(seq) as last_seq from messages group by 1`;
const rowsWithoutSeq = `select conversation_id, count(*), count(distinct id) as ids,
  -1 as first_seq, -1 as last_seq from messages group by 1`;

function peerTarget(dialect: DialectName, port: number, token: PeerOptions['token']): Target {
  const conversationIds = Array.from({ length: conversationCount }, (_, index) =>
    fixedId('conversation', index),
  );
  const members = conversationIds.flatMap((conversationId, conversation) =>
    Array.from({ length: membersPerConversation }, (_, index) => ({
      conversation,
      token: token(conversationId, fixedId('member', conversation * membersPerConversation + index)),
    })),
  );
  return { dialect, port, conversationIds, members };
}
