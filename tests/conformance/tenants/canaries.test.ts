import { describe, expect, it } from 'vitest';
import { newId } from '../../support/people.js';
import { LeakDetector, newCanary } from './canaries.js';

describe('the detector of leaks', () => {
  const text = newCanary();
  const detector = new LeakDetector([{ where: 'a name', text }]);
  const found = [{ where: 'a name', text }];

  it.each([
    ['as it is', `{"name":"${text}"}`],
    ['within other text, in capitals', `about ${text.toUpperCase()}!`],
    ['in hex', Buffer.from(`name ${text}`).toString('hex')],
    ['in base64', Buffer.from(`${text} and more`).toString('base64')],
    ['in base64, one byte further', Buffer.from(`1${text} and more`).toString('base64')],
    ['in base64 of addresses, two bytes further', Buffer.from(`12${text}`).toString('base64url')],
  ])('finds a canary %s', (_how, bytes) => {
    expect(detector.find(bytes)).toEqual(found);
  });

  it('finds an id without its dashes and inside a cursor', () => {
    const id = newId();
    const ids = new LeakDetector([{ where: 'an id', text: id }]);
    const cursor = Buffer.from(`2026-11-21T09:00:00.000000Z ${id}`).toString('base64url');
    for (const bytes of [id.replaceAll('-', ''), id.toUpperCase(), `{"nextCursor":"${cursor}"}`])
      expect(ids.find(bytes)).toHaveLength(1);
  });

  it('finds nothing where nothing is, nor what its reader said', () => {
    expect(detector.find(JSON.stringify({ name: newCanary(), id: newId() }))).toEqual([]);
    expect(detector.find(`you said ${text}`, JSON.stringify({ q: text }))).toEqual([]);
  });

  it('takes no canary that may stand somewhere by chance', () => {
    expect(() => new LeakDetector([{ where: 'a word', text: 'short' }])).toThrow(/too short/);
  });
});
