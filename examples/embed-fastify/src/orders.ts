/** Orders. Each has a conversation of customer and seller under the order's own id, and what is said of an order is written with the order. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { type People, seller } from './people.js';

interface NewOrder {
  readonly product: string;
  readonly quantity: number;
}

/** Thrown in a transaction, to have it rolled back. */
class NotAvailableError extends Error {
  override readonly name = 'NotAvailableError';
}

export function registerOrders(app: FastifyInstance, people: People): void {
  const { tokens, database, chat } = people;
  const schema = {
    body: {
      type: 'object',
      properties: {
        product: { type: 'string', pattern: '^[a-z]{1,50}$' },
        quantity: { type: 'integer', minimum: 1, maximum: 100 },
      },
      required: ['product', 'quantity'],
    },
  };
  app.post<{ Body: NewOrder }>('/orders', { schema }, async (request, reply) => {
    const customerId = await tokens.read(request);
    if (customerId === undefined) return reply.code(401).send({ error: 'log in' });
    const id = randomUUID();
    const isPlaced = await placeOrder(people, { ...request.body, id, customerId });
    if (!isPlaced) {
      await chat
        .as(seller.id)
        .sendMessage({ conversationId: id, id: randomUUID(), content: 'We do not have that many.' });
      return reply.code(409).send({ error: 'not available', conversationId: id });
    }
    return reply.code(201).send({ id, conversationId: id });
  });

  app.get('/orders', async (request, reply) => {
    const customerId = await tokens.read(request);
    if (customerId === undefined) return reply.code(401).send({ error: 'log in' });
    const { rows } = await database.transaction((tx) =>
      tx.query(
        `select id, id as "conversationId", product_id as product, quantity, shipped_at is not null as "isShipped"
        from shop.orders where customer_id = $1 order by ordered_at`,
        [customerId],
      ),
    );
    return { items: rows };
  });

  app.post<{ Params: { id: string } }>('/orders/:id/ship', async (request, reply) => {
    if ((await tokens.read(request)) !== seller.id)
      return reply.code(403).send({ error: 'not yours to ship' });
    const isShipped = await shipOrder(people, request.params.id);
    return isShipped ? reply.code(204).send() : reply.code(404).send({ error: 'nothing to ship' });
  });
}

interface Order extends NewOrder {
  readonly id: string;
  readonly customerId: string;
}

/** Order, message and stock, or none of them. False when there is not enough; the two can still talk about it. */
async function placeOrder({ database, chat }: People, order: Order): Promise<boolean> {
  const { id, customerId, product, quantity } = order;
  // Before the transaction: on the embedded database nothing else can be asked while it lasts.
  await chat
    .as(customerId)
    .createConversation({ type: 'group', id, memberIds: [seller.id], name: `${quantity} × ${product}` });
  try {
    await database.transaction(async (tx) => {
      await tx.query(
        'insert into shop.orders (id, customer_id, product_id, quantity) values ($1, $2, $3, $4)',
        [id, customerId, product, quantity],
      );
      const content = `I would like ${quantity} × ${product}.`;
      await tx.as(customerId).sendMessage({ conversationId: id, id: randomUUID(), content });
      // Last, because whoever takes the same product waits from here to the commit.
      const { rows } = await tx.query(
        'update shop.products set stock = stock - $2 where id = $1 and stock >= $2 returning stock',
        [product, quantity],
      );
      if (rows.length === 0) throw new NotAvailableError();
    });
    return true;
  } catch (error) {
    if (error instanceof NotAvailableError) return false;
    throw error;
  }
}

async function shipOrder({ database }: People, id: string): Promise<boolean> {
  return database.transaction(async (tx) => {
    const { rows } = await tx.query(
      'update shop.orders set shipped_at = now() where id::text = $1 and shipped_at is null returning id',
      [id],
    );
    if (rows.length === 0) return false;
    await tx
      .as(seller.id)
      .sendMessage({ conversationId: id, id: randomUUID(), content: 'It is on its way.' });
    return true;
  });
}
