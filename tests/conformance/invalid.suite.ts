import { routes } from '@parley/protocol/wire';
import { describe, expect, it } from 'vitest';
import { breakInput } from './broken-inputs.js';
import { caseOf } from './cases.js';
import { expectTypedError } from './expect-error.js';
import { operationNames } from './operations.suite.js';
import { type Transport, transports } from './transports.js';
import type { World } from './world.js';

const refusals = ['validation_failed', 'invalid_text', 'too_many_items', 'message_too_long'];

/** Every operation refuses every input that does not fit it, with an error that names the field, and is none the worse for it. */
export function describeInvalidInputs(world: () => World): void {
  describe.each(transports)('over $name', (transport) => {
    it.each(operationNames)('%s refuses what does not fit, and says why', async (name) => {
      const {
        prepare,
        optional,
        mayAnswer = [],
        mayBeEmpty = [],
        mayRepeat = [],
        mayBeNull = [],
      } = caseOf(name);
      const harmless = [
        ...mayBeEmpty.map((field) => `${field}: nothing`),
        ...mayRepeat.map((field) => `${field}: an item twice`),
        ...mayBeNull.map((field) => `${field}: null`),
      ];
      const { as, input } = await prepare(world());
      const textOnly = { fields: textFields(transport, name, { ...input, ...optional(world()) }) };
      const wrong: string[] = [];
      for (const broken of breakInput(input, optional(world()), textOnly)) {
        const reply = await transport.send(world(), { operation: name, as, input: broken.input });
        if (reply.answer.ok) {
          if (!harmless.includes(broken.what)) wrong.push(`${broken.what}: accepted`);
        } else {
          const { code, details } = expectTypedError(reply);
          const isRefusal = refusals.includes(code) && (details?.length ?? 0) > 0;
          // A path whose part is longer than any id names nothing.
          const isUnknownPath =
            code === 'not_found' && broken.what.endsWith('much text') && transport.name === 'REST';
          if (!isRefusal && !isUnknownPath && !mayAnswer.includes(code))
            wrong.push(`${broken.what}: ${code}`);
        }
      }
      expect(wrong).toEqual([]);
    });
  });

  it.each(operationNames)('%s on the socket refuses an input that is no object', async (name) => {
    const [, socket] = transports;
    for (const input of [[], 'text', 7, true, [{}]]) {
      // The type says object; this is what happens when it is not.
      const call = { operation: name, as: world().stranger, input: input as never };
      const reply = await socket?.send(world(), call);
      expect(reply && refusals.includes(expectTypedError(reply).code)).toBe(true);
    }
  });
}

/** What travels in the path or the query string. */
function textFields(
  transport: Transport,
  name: keyof typeof routes,
  input: Readonly<Record<string, unknown>>,
): ReadonlySet<string> {
  if (transport.name === 'socket') return new Set();
  const { rest } = routes[name];
  const inPath = [...rest.matchAll(/:(\w+)/g)].map(([, field = '']) => field);
  return new Set(rest.startsWith('GET') ? Object.keys(input) : inPath);
}
