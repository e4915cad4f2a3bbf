import type { Table } from '../bench.js';

/** A table as text: words to the left, figures to the right. */
export function formatTable({ title, head, lines, isGrouped }: Table): string {
  const widths = head.map((name, column) =>
    Math.max(name.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const isFigure = head.map((_, column) =>
    lines.every((line) => /^(-|[\d,.]+x?)$/.test(line[column] ?? '-')),
  );
  const format = (line: readonly string[]): string =>
    widths
      .map((width, column) => {
        const text = line[column] ?? '';
        return isFigure[column] ? text.padStart(width) : text.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  const body = lines.flatMap((line, index) => {
    const isNewGroup = isGrouped === true && index > 0 && line[0] !== lines[index - 1]?.[0];
    return isNewGroup ? ['', format(line)] : [format(line)];
  });
  return [title, '', format(head), rule, ...body].join('\n');
}
