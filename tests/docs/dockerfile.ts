import { readFileSync } from 'node:fs';

export interface Instruction {
  readonly keyword: string;
  readonly value: string;
}

/** The instructions of our Dockerfile, stage by stage, each beginning with its FROM. Every instruction is one line. */
export function readDockerfile(): Instruction[][] {
  const text = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8');
  const stages: Instruction[][] = [];
  for (const line of text.split('\n')) {
    const [, keyword, value] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    if (keyword === undefined || value === undefined || keyword === 'ARG') continue;
    if (keyword === 'FROM') stages.push([]);
    stages.at(-1)?.push({ keyword, value });
  }
  return stages;
}

/** The words of an instruction in its JSON form. */
export function wordsOf(value: string): string[] {
  const words: unknown = JSON.parse(value.slice(value.indexOf('[')));
  if (!Array.isArray(words)) throw new Error(`not in the form that needs no shell: ${value}`);
  return words.map(String);
}
