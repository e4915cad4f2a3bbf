import { randomBytes } from 'node:crypto';
import { createApp } from './app.js';

const {
  PORT = '3000',
  DATABASE_URL: databaseUrl,
  SHOP_SECRET,
  PARLEY_SECRET,
  SHOP_SELLER_PASSWORD,
} = process.env;
const mint = (): string => randomBytes(32).toString('base64url');
const sellerPassword = SHOP_SELLER_PASSWORD ?? mint();

const app = await createApp({
  // A minted one lasts as long as the process: whoever was signed in has to sign in again.
  tokenSecret: SHOP_SECRET ?? mint(),
  chatSecret: PARLEY_SECRET ?? mint(),
  databaseUrl,
  sellerPassword,
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void app.close());

const address = await app.listen({ port: Number(PORT), host: '127.0.0.1' });
console.log(`The shop is at ${address}, its chat at ${address}/chat.`);
if (SHOP_SELLER_PASSWORD === undefined) console.log(`The seller is "seller", the password ${sellerPassword}`);
