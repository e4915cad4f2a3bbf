import type { TestLine } from '@parley/client-sdk/testing';

/** What a server said no to. */
export class Refused extends Error {
  readonly status: number;

  constructor(route: string, status: number, body: unknown) {
    super(`${route}: ${status} ${JSON.stringify(body)}`);
    this.status = status;
  }
}

export interface Question {
  readonly token?: string | undefined;
  readonly body?: object;
}

/** A request whose answer is its body. `Answer` is what the operation's contract says. */
export async function ask<Answer>(
  { fetch }: Pick<TestLine, 'fetch'>,
  route: string,
  { token, body }: Question = {},
): Promise<Answer> {
  const [method = 'GET', path = ''] = route.split(' ');
  const response = await fetch(`https://chat.test${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = JSON.parse(await response.text());
  if (!response.ok) throw new Refused(route, response.status, answer);
  // By the contract of the route.
  return answer as Answer;
}
