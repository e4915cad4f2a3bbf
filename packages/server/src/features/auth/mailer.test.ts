import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSmtpMailer } from './mailer.js';

/** As much of a mail server as one mail needs. */
function openMailServer(answers: Readonly<Record<string, string>> = {}) {
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let isData = false;
    socket.write('220 mail.test\r\n');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').slice(0, -1)) {
        lines.push(line);
        if (isData && line !== '.') continue;
        const word = line.split(' ')[0]?.toUpperCase() ?? '';
        isData = word === 'DATA';
        socket.write(`${answers[word] ?? (isData ? '354 go on' : '250 ok')}\r\n`);
        if (word === 'QUIT') socket.end();
      }
    });
  });
  return {
    lines,
    listen: () =>
      new Promise<number>((resolve) =>
        server.listen(0, '127.0.0.1', () => {
          const address = server.address();
          resolve(typeof address === 'object' && address !== null ? address.port : 0);
        }),
      ),
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('mail by SMTP', () => {
  let mail: ReturnType<typeof openMailServer>;
  let port: number;

  beforeEach(async () => {
    mail = openMailServer({ MAIL: '250 ok' });
    port = await mail.listen();
  });

  afterEach(() => mail.close());

  const mailer = () => createSmtpMailer({ url: `smtp://127.0.0.1:${port}`, from: 'Chat <chat@example.org>' });

  it('goes to one address with sender, subject and words', async () => {
    await mailer().send({ to: 'ines@example.org', subject: 'A new password', text: 'words' });
    expect(mail.lines).toContain('MAIL FROM:<chat@example.org>');
    expect(mail.lines.filter((line) => line.startsWith('RCPT'))).toEqual(['RCPT TO:<ines@example.org>']);
    expect(mail.lines).toEqual(
      expect.arrayContaining(['From: Chat <chat@example.org>', 'Subject: A new password', 'words']),
    );
  });

  it.each([
    'a,mallory@example.org',
    'a;mallory@example.org',
    '"mallory@evil.test x"@example.org',
    'x<mallory@example.org',
  ])('takes %s for one address, never for another one or two', async (to) => {
    const sent = await mailer()
      .send({ to, subject: 'A new password', text: 'words' })
      .then(
        () => true,
        () => false,
      );
    const receivers = mail.lines.filter((line) => line.startsWith('RCPT'));
    expect(receivers).not.toContain('RCPT TO:<mallory@example.org>');
    expect(receivers).not.toContain('RCPT TO:<mallory@evil.test>');
    expect(receivers).toHaveLength(sent ? 1 : 0);
  });

  it('fails when there is no mail server', async () => {
    await mail.close();
    await expect(mailer().send({ to: 'ines@example.org', subject: 's', text: 't' })).rejects.toMatchObject({
      code: 'ESOCKET',
    });
  });
});
