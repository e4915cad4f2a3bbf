import { expect, it } from 'vitest';
import { createServerKeys } from './server-keys.js';

const secret = 'k'.repeat(32);

it('a server key is found by its whole text, whichever of the keys it is', () => {
  const find = createServerKeys([
    { name: 'billing', secret },
    { name: 'crm', secret: `${secret}2` },
  ]);
  expect(find(`psk_${secret}`)).toEqual({ name: 'billing' });
  expect(find(`psk_${secret}2`)).toEqual({ name: 'crm' });
  for (const text of [secret, `psk_${secret}3`, `PSK_${secret}`, 'psk_', '', `psk_${secret} `])
    expect(find(text)).toBeUndefined();
  expect(createServerKeys([])('psk_')).toBeUndefined();
});

it.each([
  ['a short one', [{ name: 'a', secret: 'k'.repeat(31) }]],
  ['one that no header can carry', [{ name: 'a', secret: `${secret} ü` }]],
  ['one without a name', [{ name: '', secret }]],
  [
    'two of one name',
    [
      { name: 'a', secret },
      { name: 'a', secret: `${secret}2` },
    ],
  ],
])('%s is refused, without a word of it', (_what, keys) => {
  expect(() => createServerKeys(keys)).toThrow();
  try {
    createServerKeys(keys);
  } catch (error) {
    expect(String(error)).not.toContain('kkkk');
  }
});
