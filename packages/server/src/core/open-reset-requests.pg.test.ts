import { createServer } from 'node:net';
import { beforeEach, expect, it } from 'vitest';
import { optionDefaults } from '../options.js';
import { callAs } from '../testing/callers.js';
import { describeEachEngine } from '../testing/describe-each-engine.js';
import { newUserId } from '../testing/seed.js';
import { type OpenResetRequestsOptions, openResetRequests } from './open-reset-requests.js';

const password = 'four words of nobody else';
const publicUrl = 'https://chat.example.org/app/';

describeEachEngine('links for new passwords', (open) => {
  let email: string;
  let lines: [object, string][];

  beforeEach(async () => {
    lines = [];
    const username = `u${newUserId().slice(0, 8)}`;
    email = `${username}@example.org`;
    await callAs(open(), undefined)('register', { username, email, password });
  });

  const ask = async (
    options: Partial<OpenResetRequestsOptions['options']>,
    ...addresses: string[]
  ): Promise<void> => {
    const log = (fields: object, message: string) => void lines.push([fields, message]);
    const requests = openResetRequests({
      database: open().database,
      options: { ...optionDefaults, ...options },
      log: { info: log, error: log },
    });
    for (const address of addresses) {
      requests.request(address);
      await requests.idle();
    }
    await requests.close();
  };

  it('are printed in the log on loopback without mail settings, and work', async () => {
    await ask({ isLoopback: true, publicUrl }, email);
    const { link } = Object(lines[0]?.[0]) as { link: string };
    const [page, token = ''] = link.split('#token=');
    expect(page).toBe('https://chat.example.org/app/reset-password');
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    await callAs(open(), undefined)('resetPassword', { token, newPassword: `${password} again` });
  });

  it('are printed nowhere else: the log says once which settings are missing', async () => {
    const mail = { url: 'smtp://127.0.0.1:1', from: 'chat@example.org' };
    await ask({}, email, email, `nobody-${email}`);
    await ask({ mail }, email);
    await ask({ mail, isLoopback: true }, email);
    expect(lines.map(([fields]) => fields)).toEqual([
      { missing: ['PARLEY_SMTP_URL', 'PARLEY_MAIL_FROM', 'PARLEY_PUBLIC_URL'] },
      { missing: ['PARLEY_PUBLIC_URL'] },
      { missing: ['PARLEY_PUBLIC_URL'] },
    ]);
    expect(await open().query('select 1 from parley.password_resets r where r.email = $1', [email])).toEqual(
      [],
    );
  });

  it('that cannot be mailed leave a line without address and token', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.write('220 mail.test\r\n');
      socket.on('data', (chunk) => {
        const [line = ''] = chunk.toString().split('\r\n');
        socket.write(line.startsWith('RCPT') ? `550 no such person: ${line}\r\n` : '250 ok\r\n');
      });
    });
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      }),
    );
    await ask({ mail: { url: `smtp://127.0.0.1:${port}`, from: 'chat@example.org' }, publicUrl }, email);
    await new Promise((resolve) => server.close(resolve));
    expect(lines).toEqual([
      [
        { name: 'Error', code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550 },
        'a link for a new password could not be sent',
      ],
    ]);
  });
});
