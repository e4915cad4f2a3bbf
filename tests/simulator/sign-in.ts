/** Accounts in a simulation, and how a device comes by tokens: it logs in over its line, as often as it must. */
import type { GetToken } from '@parley/client-sdk';
import type { Clock, TestLine } from '@parley/client-sdk/testing';
import type { Session } from '@parley/protocol/wire';
import { ask } from './ask.js';

export interface Account {
  readonly id: string;
  readonly username: string;
  readonly password: string;
}

/** What a device keeps of being signed in. */
export interface Wallet {
  token: { readonly text: string; readonly endsAt: number } | undefined;
  logIns: number;
}

interface Parts {
  readonly account: Account;
  readonly wallet: Wallet;
  readonly line: Pick<TestLine, 'fetch'>;
  readonly clock: Clock;
}

const giveUpMs = 10_000;
const spareMs = 60_000;

export async function register(line: Pick<TestLine, 'fetch'>, username: string): Promise<Account> {
  const password = `secret of ${username}`;
  const { user } = await ask<Session>(line, 'POST /v1/auth/register', { body: { username, password } });
  return { id: user.id, username, password };
}

export async function logIn(
  line: Pick<TestLine, 'fetch'>,
  { username, password }: Account,
): Promise<Session> {
  return ask<Session>(line, 'POST /v1/auth/login', { body: { login: username, password } });
}

export function createGetToken({ account, wallet, line, clock }: Parts): GetToken {
  const renew = async (): Promise<string> => {
    wallet.logIns += 1;
    const { accessToken, expiresIn } = await logIn(line, account);
    wallet.token = { text: accessToken, endsAt: clock.now() + expiresIn * 1000 };
    return accessToken;
  };
  return ({ rejectedToken }) => {
    const { token } = wallet;
    if (token !== undefined && token.text !== rejectedToken && clock.now() < token.endsAt - spareMs)
      return token.text;
    // A line without a word is one without a token.
    return new Promise<string>((resolve, reject) => {
      clock.after(giveUpMs, () => reject(new TypeError('no token in time')));
      renew().then(resolve, reject);
    });
  };
}
