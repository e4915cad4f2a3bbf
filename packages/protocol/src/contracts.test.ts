import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { contracts, listOperations } from './contracts.js';
import { type ErrorCode, errorTable } from './errors.js';

const operations = [...listOperations()].map(([name, { feature, operation }]) => ({
  name,
  feature,
  ...operation,
}));

/** Names of the fields an input may have, over all its variants. */
function fieldsOf(schema: z.ZodType): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  if (schema instanceof z.ZodDiscriminatedUnion)
    return schema.options.flatMap((option) =>
      option instanceof z.ZodObject ? Object.keys(option.shape) : [],
    );
  throw new Error('an input is an object, or a union of objects told apart by a field');
}

const pathFields = (rest: string) => [...rest.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');

describe.each(operations)(
  '$name',
  ({ name, kind, rest, summary, access, input, output, errors, status, repeats }) => {
    it('is named like a command or a query, and says in a sentence what it does', () => {
      expect(name).toMatch(/^[a-z][A-Za-z]+$/);
      expect(summary).toMatch(/^[A-Z].*\.$/);
    });

    it('declares who may call it', () => {
      expect(['anyone', 'user', 'server']).toContain(access);
      // To end all sessions one must be in one of them.
      expect(access === 'anyone').toBe(rest.includes('/auth/') && name !== 'logoutAll');
    });

    it('has a route whose parameters are fields of its input', () => {
      const [method = '', path = ''] = rest.split(' ');
      // A query whose input does not fit a query string is a POST.
      expect(kind === 'query' ? ['GET', 'POST'] : ['POST', 'PUT', 'PATCH', 'DELETE']).toContain(method);
      expect(path).toMatch(/^\/v1(\/([a-z-]+|:[a-zA-Z]+))+$/);
      expect(fieldsOf(input)).toEqual(expect.arrayContaining(pathFields(rest)));
    });

    it('refuses keys it does not know, and answers what can be written down as JSON Schema', () => {
      const result = input.safeParse({ noSuchField: 1 });
      expect(
        result.error?.issues.some(({ code }) => code === 'unrecognized_keys' || code === 'invalid_union'),
      ).toBe(true);
      expect(() => z.toJSONSchema(input, { io: 'input' })).not.toThrow();
      // The form before transforms: answers are written, not parsed, by the server.
      expect(() => z.toJSONSchema(output, { io: 'input' })).not.toThrow();
    });

    it('names errors of the table, once each, and none that any operation can answer', () => {
      const implied: ErrorCode[] = [
        'validation_failed',
        'unauthenticated',
        'token_invalid',
        'token_expired',
        'internal',
      ];
      expect(new Set(errors).size).toBe(errors.length);
      for (const code of errors) {
        expect(errorTable).toHaveProperty(code);
        expect(implied).not.toContain(code);
      }
    });

    it('can answer what its input implies', () => {
      const fields = fieldsOf(input);
      const isAddressed = pathFields(rest).length > 0;
      if (isAddressed) expect(errors).toContain('not_found');
      // What belongs to the caller alone they may do, or it is not there.
      if (rest.includes(':conversationId') && kind === 'command') expect(errors).toContain('forbidden');
      if (fields.includes('cursor') || fields.includes('before')) expect(errors).toContain('invalid_cursor');
      if (fields.includes('content')) expect(errors).toContain('message_too_long');
      if (repeats !== 'none') expect(errors).toContain('id_conflict');
    });

    it('tells how a repeat is recognised', () => {
      if (kind === 'query') expect(repeats).toBe('none');
      else expect(['id', 'key', 'none']).toContain(repeats);
      if (repeats === 'id') {
        expect(fieldsOf(input)).toContain('id');
        expect(status).toBe(201);
      }
    });
  },
);

describe('the contracts', () => {
  it('know no route, operation or event twice', () => {
    const all = Object.values(contracts);
    const names = all.flatMap((contract) => Object.keys(contract.operations));
    // A client is told of all of them by their kinds alone.
    const kinds = all.flatMap(({ events, signals, ownEvents }) =>
      [events, signals, ownEvents].flatMap((part) => Object.keys(part)),
    );
    const routes = operations.map(({ rest }) => rest.replaceAll(/:\w+/g, ':'));
    for (const list of [names, kinds, routes]) expect(list.toSorted()).toEqual([...new Set(list)].toSorted());
  });

  it('are registered under their own name', () => {
    for (const [key, contract] of Object.entries(contracts)) expect(contract.name).toBe(key);
  });

  it('name events as past facts of a noun', () => {
    for (const contract of Object.values(contracts))
      for (const kind of Object.keys({ ...contract.events, ...contract.ownEvents }))
        expect(kind).toMatch(/^[a-z]+\.[a-z]+e[dn]$/);
  });
});
