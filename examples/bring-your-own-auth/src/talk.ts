/** Two people who log in at one of the two servers and talk: `npm run talk -- issuer`, `npm run talk -- cookie`. */
import { type ChatClient, createChatClient, type GetToken } from '@parley/client-sdk';

const { PORT = '3000', ISSUER_PORT = '3001' } = process.env;
const app = `http://127.0.0.1:${PORT}`;
const ways = {
  issuer: { url: app, logIn: logInAtIssuer },
  cookie: { url: `${app}/chat`, logIn: logInWithCookie },
};
const { url, logIn } = process.argv[2] === 'cookie' ? ways.cookie : ways.issuer;

const [ada, ben] = [await open('ada'), await open('ben')];
const heard = new Promise<string>((resolve) => {
  ben.on('message.created', ({ data }) => resolve(data.content));
});
const { id: userId } = await ben.users.me();
const { id: conversationId } = await ada.conversations.create({ type: 'direct', memberIds: [userId] });
await ada.messages.send({ conversationId, content: 'Hello Ben, no new password needed.' });
console.log(`ben heard: ${await heard}`);
ada.close();
ben.close();

async function open(name: string): Promise<ChatClient> {
  const client = createChatClient({ url, getToken: await logIn(name) });
  client.connect();
  await new Promise<void>((resolve) => {
    const undo = client.connection.subscribe(() => {
      if (client.connection.getSnapshot().status === 'online') resolve(undo());
    });
  });
  return client;
}

/** The token is kept until the server no longer takes it. */
async function logInAtIssuer(name: string): Promise<GetToken> {
  const fetchToken = () => post(`http://127.0.0.1:${ISSUER_PORT}/token`, { name });
  return keep(async () => (await (await fetchToken()).json()).token);
}

/** In a browser the cookie goes by itself. */
async function logInWithCookie(name: string): Promise<GetToken> {
  const [cookie = ''] = (await post(`${app}/login`, { name })).headers.getSetCookie();
  return keep(async () => (await (await post(`${app}/chat-ticket`, {}, cookie)).json()).token);
}

function keep(fetchToken: () => Promise<string>): GetToken {
  let token: Promise<string> | undefined;
  return ({ rejectedToken }) => {
    if (rejectedToken !== undefined) token = undefined;
    token ??= fetchToken();
    return token;
  };
}

async function post(address: string, body: object, cookie = ''): Promise<Response> {
  const headers = { 'content-type': 'application/json', cookie };
  const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  return response;
}
