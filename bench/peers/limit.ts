/**
 * The limit: what must be done for a durable, ordered message to reach its conversation, and nothing else. Bare ws and bare SQL: two lanes of
 * group commit that number and store in one statement, each frame encoded once, what one turn writes to a socket in one system call. No
 * membership, no rights, no idempotency, no commit log. The frames are Parley's, so that the bytes on the wire are the same.
 */
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import pg from 'pg';
import { WebSocketServer } from 'ws';

interface Client {
  readonly stream: Socket;
  readonly userId: string;
  readonly conversationId: string;
  isCorked: boolean;
}

interface Pending {
  readonly client: Client;
  readonly id: string;
  readonly content: string;
}

const maxBatch = 256;
const connectionString = process.env.DATABASE_URL;
const setup = new pg.Client({ connectionString });
await setup.connect();
await setup.query(`
  create table heads (conversation_id uuid primary key, last_seq bigint not null) with (fillfactor = 40);
  create table messages (
    conversation_id uuid not null, seq bigint not null, id uuid not null, sender_id uuid not null, content text not null,
    at timestamptz not null default clock_timestamp(), primary key (conversation_id, seq)
  );
`);
await setup.end();

const insert = `
  with input as materialized (
    select t.*, row_number() over (partition by t.c order by t.i) rn
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) with ordinality as t(c, s, id, content, i)
  ), upd as (
    insert into heads as h select c, count(*) from input group by c order by c
    on conflict (conversation_id) do update set last_seq = h.last_seq + excluded.last_seq
    returning conversation_id c, last_seq
  ), placed as materialized (
    select i.*, u.last_seq - max(i.rn) over (partition by i.c) + i.rn seq from input i join upd u on u.c = i.c
  ), stored as (
    insert into messages (conversation_id, seq, id, sender_id, content) select c, seq, id, s, content from placed
  ) select seq::int from placed order by i`;

class Lane {
  readonly #client = new pg.Client({ connectionString });
  #queue: Pending[] = [];
  #isBusy = false;

  async open(): Promise<void> {
    await this.#client.connect();
  }

  add(pending: Pending): void {
    this.#queue.push(pending);
    if (this.#isBusy) return;
    this.#isBusy = true;
    // After this turn's reads, so that what arrived together shares a commit.
    setImmediate(() => void this.#flush());
  }

  async #flush(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, maxBatch);
      const values = [
        batch.map(({ client }) => client.conversationId),
        batch.map(({ client }) => client.userId),
        batch.map(({ id }) => id),
        batch.map(({ content }) => content),
      ];
      const { rows } = await this.#client.query<{ seq: number }>({ name: 'insert', text: insert, values });
      const at = new Date().toISOString();
      for (const [index, pending] of batch.entries()) deliver(pending, rows[index]?.seq ?? 0, at);
    }
    this.#isBusy = false;
  }
}

const lanes = [new Lane(), new Lane()] as const;
await Promise.all(lanes.map((lane) => lane.open()));
const rooms = new Map<string, Client[]>();
const laneOf = new Map<string, Lane>();

function deliver({ client, id, content }: Pending, seq: number, at: string): void {
  const { conversationId, userId: senderId } = client;
  const data = {
    id,
    conversationId,
    seq,
    rev: seq,
    ord: seq,
    senderId,
    type: 'text',
    content,
    metadata: null,
    at,
  };
  const event = { kind: 'message.created', conversationId, seq, at, actorId: senderId, data };
  const frame = encode(JSON.stringify({ type: 'event', event }));
  for (const member of rooms.get(conversationId) ?? []) write(member, frame);
  write(client, encode(JSON.stringify({ type: 'result', id, result: { id, seq, at } })));
}

function write(client: Client, frame: Buffer): void {
  if (!client.isCorked) {
    client.isCorked = true;
    client.stream.cork();
    process.nextTick(() => {
      client.isCorked = false;
      client.stream.uncork();
    });
  }
  client.stream.write(frame);
}

/** An unmasked text frame of less than 64 KiB. */
function encode(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headerLength = length < 126 ? 2 : 4;
  const frame = Buffer.allocUnsafe(headerLength + length);
  frame[0] = 0x81;
  frame[1] = Math.min(length, 126);
  if (headerLength === 4) frame.writeUInt16BE(length, 2);
  frame.write(text, headerLength);
  return frame;
}

const http = createServer();
const sockets = new WebSocketServer({ server: http, perMessageDeflate: false, clientTracking: false });

sockets.on('connection', (socket, request) => {
  let client: Client | undefined;
  let lane: Lane | undefined;
  socket.on('message', (bytes: Buffer) => {
    const frame = JSON.parse(bytes.toString());
    if (client === undefined) {
      const [conversationId, userId] = frame.token.split(' ');
      client = { stream: request.socket, userId, conversationId, isCorked: false };
      const room = rooms.get(conversationId) ?? [];
      lane = laneOf.get(conversationId) ?? lanes[rooms.size % 2] ?? lanes[0];
      rooms.set(conversationId, [...room, client]);
      laneOf.set(conversationId, lane);
      write(client, encode(JSON.stringify({ type: 'heads', heads: [[conversationId, 0]] })));
      write(client, encode(JSON.stringify({ type: 'welcome' })));
    } else if (frame.type === 'call') lane?.add({ client, id: frame.id, content: frame.input.content });
  });
});

http.listen(0, '127.0.0.1', () => {
  const address = http.address();
  console.log(`listening on ${typeof address === 'object' ? address?.port : address}`);
});
process.once('SIGTERM', () => process.exit(0));
