/** The few calls of Parley's REST API the bench needs around the load. */
import type { StoredRows } from './subject.js';

export interface Api {
  post<Answer>(path: string, input: object, token?: string): Promise<Answer>;
  get<Answer>(path: string, token: string): Promise<Answer>;
}

export function parleyApi(port: number): Api {
  const request = async <Answer>(path: string, init: RequestInit, token?: string): Promise<Answer> => {
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const response = await fetch(`http://127.0.0.1:${port}/v1${path}`, { ...init, headers });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    // What an operation answers is the contract's word; the caller names it.
    return (await response.json()) as Answer;
  };
  return {
    post: (path, input, token) => request(path, { method: 'POST', body: JSON.stringify(input) }, token),
    get: (path, token) => request(path, {}, token),
  };
}

export interface Session {
  readonly user: { readonly id: string };
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** Runs the work for every item, so many at a time, and keeps the order of the answers. */
export async function inParallel<Item, Answer>(
  items: readonly Item[],
  width: number,
  work: (item: Item, index: number) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) answers[index] = await work(item, index);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return answers;
}

/** Reads a conversation's whole history page by page, as a member. Any hole in the seqs counts as a row that is missing. */
export async function readHistory(api: Api, conversationId: string, token: string): Promise<StoredRows> {
  const ids = new Set<string>();
  let [count, firstSeq, lastSeq, cursor] = [0, -1, -1, '0'];
  for (;;) {
    const path = `/conversations/${conversationId}/messages?limit=100&after=${cursor}`;
    const page = await api.get<{ items: { id: string; seq: number }[]; nextCursor?: string }>(path, token);
    for (const { id, seq } of page.items) {
      if (firstSeq === -1) firstSeq = seq;
      count += 1;
      lastSeq = seq;
      ids.add(id);
    }
    if (page.nextCursor === undefined) return { count, ids: ids.size, firstSeq, lastSeq };
    cursor = page.nextCursor;
  }
}
