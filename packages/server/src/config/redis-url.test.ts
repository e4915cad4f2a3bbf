import { describe, expect, it } from 'vitest';
import { parseRedisUrl } from './redis-url.js';

const plain = { isTls: false, username: undefined, password: undefined, masterName: undefined, database: 0 };

describe('parseRedisUrl', () => {
  it.each([
    ['redis://cache', { ...plain, kind: 'single', hosts: [{ host: 'cache', port: 6379 }] }],
    ['redis://[::1]:7000/3', { ...plain, kind: 'single', hosts: [{ host: '::1', port: 7000 }], database: 3 }],
    [
      'rediss://chat:p%40ss:word@cache:1',
      {
        ...plain,
        kind: 'single',
        isTls: true,
        hosts: [{ host: 'cache', port: 1 }],
        username: 'chat',
        password: 'p@ss:word',
      },
    ],
    [
      'redis+sentinel://:secret@a:1,b/mymaster',
      {
        ...plain,
        kind: 'sentinel',
        hosts: [
          { host: 'a', port: 1 },
          { host: 'b', port: 26_379 },
        ],
        password: 'secret',
        masterName: 'mymaster',
      },
    ],
    [
      'rediss+cluster://a:7000,b:7001',
      {
        ...plain,
        kind: 'cluster',
        isTls: true,
        hosts: [
          { host: 'a', port: 7000 },
          { host: 'b', port: 7001 },
        ],
      },
    ],
  ])('reads %s', (text, expected) => {
    expect(parseRedisUrl(text)).toEqual(expected);
  });

  it.each([
    'http://cache',
    'cache:6379',
    'redis://',
    'redis://a,b',
    'redis://a:99999',
    'redis://a/name',
    'redis://%zz@a',
    'redis+sentinel://a',
    'redis+cluster://a/1',
    'redis+other://a',
  ])('refuses %s', (text) => {
    expect(parseRedisUrl(text)).toBeUndefined();
  });
});
