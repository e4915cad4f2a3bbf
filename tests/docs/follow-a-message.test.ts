import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const page = new URL('../../docs/follow-a-message.md', import.meta.url);
const text = readFileSync(page, 'utf8');
const stops = text.split(/^\d+\. /m).slice(1);
const link = /\]\((\.\.\/[^)#]+)#([^)]+)\)/;

describe('docs/follow-a-message.md', () => {
  it('has stops, each with one link to a place in the code', () => {
    expect(stops.length).toBeGreaterThan(10);
    expect(stops.filter((stop) => !link.test(stop))).toEqual([]);
  });

  it.each(stops.map((stop) => link.exec(stop)).map((found) => [found?.[1] ?? '', found?.[2] ?? '']))(
    '%s still has %s',
    (path, name) => {
      const file = fileURLToPath(new URL(path, page));
      expect(existsSync(file)).toBe(true);
      expect(readFileSync(file, 'utf8')).toMatch(definition(name));
    },
  );
});

/** A function, class, constant or SQL function of this name, where it is made. */
function definition(name: string): RegExp {
  const escaped = name.replaceAll('.', '\\.');
  return new RegExp(
    `(function\\*? ${escaped}\\(|class ${escaped}\\b|const ${escaped}\\b|function ${escaped} ?\\()`,
  );
}
