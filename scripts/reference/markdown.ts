/** The top of a generated page. */
export function heading(title: string, about: string): string {
  return `<!-- Written by \`npm run generate\`; \`npm run check\` fails when it is stale. -->\n# ${title}\n\n${about}\n`;
}

/** A table. Cells may hold anything but line ends; pipes are escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/** A shape or anything else that is to be read as it stands. */
export function fence(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}
