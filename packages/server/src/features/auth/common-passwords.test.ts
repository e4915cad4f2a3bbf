import { describe, expect, it } from 'vitest';
import { commonPasswords } from './common-passwords.data.js';
import { isCommonPassword } from './common-passwords.js';

describe('passwords that are guessed first', () => {
  it('stand on a list of some hundreds', () => {
    expect(new Set(commonPasswords.trim().split(/\s+/)).size).toBeGreaterThan(500);
  });

  it.each([
    ['a listed one', 'passwordpassword'],
    ['with capitals', 'ILoveYouForever'],
    ['with separators', 'the quick brown-fox'],
    ['filled up with digits', 'password123456'],
    ['filled up with signs', '!!!Football!!!'],
    ['digits for letters', 'P4$$w0rdP4$$w0rd'],
    ['said twice', 'dragondragon'],
    ['said three times', 'test-test-test'],
    ['one key', 'aaaaaaaaaaaa'],
    ['a row of keys', 'qwertyuiopas'],
    ['counting', '1234567890123'],
    ['counting down', '987654321098'],
    ['one that a cartoon made famous', 'correct horse battery staple'],
    ['full-width letters', 'ｐａｓｓｗｏｒｄ１２３４'],
  ])('are found: %s', (_how, password) => {
    expect(isCommonPassword(password)).toBe(true);
  });

  it.each([
    'a long password',
    'parley-demo-ines',
    'password of p-0193abcd',
    '83#1f9$2!7&0',
    '739261584027',
    'drei Hunde im Regen',
    '密码是我家的三只猫和狗呀',
  ])('are not: %s', (password) => {
    expect(isCommonPassword(password)).toBe(false);
  });
});
