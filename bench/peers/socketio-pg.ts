/**
 * The peer as a developer writes it by hand after reading both manuals: Socket.IO with rooms, a pg pool, one INSERT a message, then an emit
 * to the room and the acknowledgement. Default settings, no membership, rights, idempotency, order or history.
 */
import { createServer } from 'node:http';
import pg from 'pg';
import { Server } from 'socket.io';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await pool.query(`
  create table messages (
    id uuid primary key,
    conversation_id uuid not null,
    sender_id uuid not null,
    content text not null,
    created_at timestamptz not null default now()
  );
  create index on messages (conversation_id, created_at);
`);

const http = createServer();
const io = new Server(http);

io.on('connection', (socket) => {
  const { conversationId, userId } = socket.handshake.auth;
  void socket.join(conversationId);
  socket.on(
    'send',
    async ({ id, content }: { id: string; content: string }, ack: (answer: object) => void) => {
      const { rows } = await pool.query(
        'insert into messages (id, conversation_id, sender_id, content) values ($1, $2, $3, $4) returning created_at',
        [id, conversationId, userId, content],
      );
      const createdAt = rows[0].created_at;
      io.to(conversationId).emit('message', { id, conversationId, senderId: userId, content, createdAt });
      ack({ id, createdAt });
    },
  );
});

http.listen(0, '127.0.0.1', () => {
  const address = http.address();
  console.log(`listening on ${typeof address === 'object' ? address?.port : address}`);
});
process.once('SIGTERM', () => process.exit(0));
