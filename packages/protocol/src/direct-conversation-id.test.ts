import { describe, expect, it } from 'vitest';
import { directConversationId } from './direct-conversation-id.js';
import { isUuid } from './ids.js';

const tenant = '00000000-0000-7000-8000-000000000001';
const ines = '0193abcd-0000-7000-8000-00000000000a';
const kenji = '0193abcd-0000-7000-8000-00000000000b';

describe('directConversationId', () => {
  it('is the same for both, whoever asks', () => {
    expect(directConversationId(tenant, ines, kenji)).toBe(directConversationId(tenant, kenji, ines));
  });

  it('is a UUID of version 8', () => {
    const id = directConversationId(tenant, ines, kenji);
    expect(isUuid(id)).toBe(true);
    expect(id).toMatch(/^.{14}8.{4}[89ab]/);
  });

  it('differs by person and by tenant', () => {
    const ids = [
      directConversationId(tenant, ines, kenji),
      directConversationId(tenant, ines, ines),
      directConversationId(tenant, kenji, kenji),
      directConversationId(kenji, ines, kenji),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('never changes: conversations are stored under it', () => {
    expect(directConversationId(tenant, ines, kenji)).toBe('712e9e8a-2fd4-8909-88ff-efb6bf620378');
  });
});
