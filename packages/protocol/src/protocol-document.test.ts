import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { closeCodes } from './close-codes.js';
import { contracts, listOperations } from './contracts.js';
import { type ErrorCode, errorTable } from './errors.js';
import { conversationId, sessionId, userId } from './fields.js';
import { CallFrameSchema, HelloFrameSchema, OpenFrameSchema, RefreshFrameSchema } from './frame-schemas.js';
import type { DownFrame, UpFrame } from './frames.js';
import { Message } from './resources/message.js';
import { supportedVersions } from './version.js';

const document = readFileSync(new URL('../PROTOCOL.md', import.meta.url), 'utf8');
const operations = listOperations();
const events: Record<string, z.ZodType> = Object.assign(
  {},
  ...Object.values(contracts).map((contract) => contract.events),
);

const signals: Record<string, z.ZodType> = Object.assign(
  {},
  ...Object.values(contracts).map((contract) => contract.signals),
);

const ownEvents: Record<string, z.ZodType> = Object.assign(
  {},
  ...Object.values(contracts).map((contract) => contract.ownEvents),
);

const errorBody = z.strictObject({
  code: z.enum(Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  retryable: z.boolean(),
  retryAfterMs: z.int().optional(),
  requestId: z.string(),
  details: z.array(z.strictObject({ path: z.string(), rule: z.string() })).optional(),
});

/** Every frame by its type: the compiler asks for a line when one is added. The server reads what goes up with the first four. */
const frames: Record<(UpFrame | DownFrame)['type'], z.ZodType> = {
  hello: HelloFrameSchema,
  call: CallFrameSchema,
  open: OpenFrameSchema,
  refresh: RefreshFrameSchema,
  pong: z.strictObject({ type: z.literal('pong') }),
  heads: z.strictObject({
    type: z.literal('heads'),
    heads: z.array(z.tuple([conversationId, z.int().min(-1)])).max(1000),
  }),
  head: z.strictObject({
    type: z.literal('head'),
    conversationId,
    seq: z.int().min(1),
    ord: z.int().min(1).nullable(),
    deletedOrds: z.array(z.int().min(1)),
    lastMessage: z.strictObject(Message.shape).nullable(),
  }),
  welcome: z.strictObject({
    type: z.literal('welcome'),
    protocol: z.int(),
    userId,
    sessionId: sessionId.nullable(),
    epoch: z.string(),
    since: z.string(),
    userSeq: z.int().min(0),
    features: z.array(z.enum(Object.keys(contracts))),
    heartbeatMs: z.int(),
  }),
  result: z.strictObject({ type: z.literal('result'), id: z.string(), result: z.unknown() }),
  error: z.strictObject({ type: z.literal('error'), id: z.string().optional(), error: errorBody }),
  event: z.strictObject({
    type: z.literal('event'),
    event: z
      .strictObject({
        kind: z.enum(Object.keys(events)),
        conversationId,
        seq: z.int().min(1),
        at: z.string(),
        actorId: userId.nullable(),
        data: z.unknown(),
      })
      .refine(({ kind, data }) => events[kind]?.safeParse(data).success === true, 'data of its kind'),
  }),
  signal: z.strictObject({
    type: z.literal('signal'),
    signal: z
      .strictObject({
        kind: z.enum(Object.keys(signals)),
        conversationId: conversationId.nullable(),
        data: z.unknown(),
      })
      .refine(({ kind, data }) => signals[kind]?.safeParse(data).success === true, 'data of its kind'),
  }),
  own_head: z.strictObject({ type: z.literal('own_head'), seq: z.int().min(1) }),
  refreshed: z.strictObject({ type: z.literal('refreshed') }),
  ping: z.strictObject({ type: z.literal('ping'), digest: z.uint32().optional() }),
  going_away: z.strictObject({ type: z.literal('going_away'), withinMs: z.int().min(1) }),
};

interface Example {
  readonly type?: string;
  readonly id?: string;
  readonly operation?: string;
  readonly input?: unknown;
  readonly result?: unknown;
}
const examples = [...document.matchAll(/```json\n(.*?)```/gs)].map(
  ([, text]): Example => JSON.parse(text ?? ''),
);
const ofType = (type: string) => examples.filter((example) => example.type === type);

describe('PROTOCOL.md', () => {
  it.each(Object.entries(frames))(
    'shows a %s frame that the schema takes, under its own heading',
    (type, schema) => {
      expect(document).toMatch(new RegExp(`^### \`${type}\`$`, 'm'));
      expect(ofType(type).length).toBeGreaterThan(0);
      for (const example of ofType(type)) expect(schema.safeParse(example).error?.issues).toBeUndefined();
    },
  );

  it('shows no frame that does not exist, and one error as REST answers it', () => {
    const others = examples.filter((example) => !Object.hasOwn(frames, example.type ?? ''));
    expect(others.map((example) => z.strictObject({ error: errorBody }).safeParse(example).success)).toEqual([
      true,
    ]);
  });

  it('shows calls whose input and whose result fit their contract', () => {
    for (const { id, operation = '', input } of ofType('call')) {
      const contract = operations.get(operation)?.operation;
      expect(contract?.input.safeParse(input).error?.issues).toBeUndefined();
      for (const answer of ofType('result').filter((example) => example.id === id))
        expect(contract?.output.safeParse(answer.result).success).toBe(true);
    }
    const called = ofType('call').map(({ id }) => id);
    expect(ofType('result').every(({ id }) => called.includes(id))).toBe(true);
  });

  it.each(Object.entries(errorTable))(
    'has the row of the error %s',
    (code, { status, retryable, message }) => {
      expect(cells(`\`${code}\``)).toEqual([
        `\`${code}\``,
        String(status),
        retryable ? 'yes' : 'no',
        message,
      ]);
    },
  );

  it.each(Object.entries(closeCodes))('has the row of the close code %s', (name, { code, reconnect }) => {
    expect(cells(String(code)).slice(0, 3)).toEqual([String(code), `\`${name}\``, reconnect]);
  });

  it.each([...Object.keys(events), ...Object.keys(signals), ...Object.keys(ownEvents)])(
    'has the row of the event or signal %s',
    (kind) => {
      expect(cells(`\`${kind}\``)[1]).not.toBe('');
    },
  );

  it('names no error, close code, event or signal that does not exist', () => {
    const first = document
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.split('|')[1]?.trim() ?? '');
    const named = first.filter((cell) => /^(`|\d)/.test(cell)).map((cell) => cell.replaceAll('`', ''));
    const known = [
      ...Object.keys(errorTable),
      ...Object.keys(events),
      ...Object.keys(signals),
      ...Object.keys(ownEvents),
      ...Object.values(closeCodes).map(({ code }) => String(code)),
    ];
    expect(named.toSorted()).toEqual(known.toSorted());
  });

  it('has the versions of the diary', () => {
    const diary = document.slice(document.indexOf('## Versions'));
    for (const version of supportedVersions) expect(diary).toContain(`\n- ${version} (`);
    for (const type of Object.keys(frames)) expect(diary).toContain(`\`${type}\``);
  });
});

/** The cells of the table's row that begins with the given one. */
function cells(first: string): string[] {
  const row = document
    .split('\n')
    .find((line) => line.startsWith('|') && line.split('|')[1]?.trim() === first);
  return (row ?? '')
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
