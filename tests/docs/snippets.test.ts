/** Every piece of TypeScript or JavaScript in our documents type-checks against the sources, whatever names it leaves to the reader. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Snippet {
  readonly title: string;
  /** Where it would stand as a file, beside its page and so with the dependencies of its package; nothing is written. */
  readonly path: string;
  readonly text: string;
}

/** Names such as `conversationId` or `app` stand for the reader's own. */
const leftToTheReader = new Set([
  2304, // cannot find name
  18004, // no value exists in scope for the shorthand property
]);

const snippets = listPages().flatMap(readSnippets);
const program = createProgram();

describe('the snippets of the documents', () => {
  it('are there', () => {
    expect(snippets.length).toBeGreaterThan(5);
  });

  it.each(snippets.map(({ title, path }) => [title, path]))('%s is right', (_, path) => {
    const source = program.getSourceFile(path);
    const found = ts.getPreEmitDiagnostics(program, source).filter(({ code }) => !leftToTheReader.has(code));
    expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  });
});

function listPages(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
    cwd: root,
  });
  return listed
    .toString()
    .split('\n')
    .filter((page) => page !== '' && existsSync(join(root, page)));
}

function readSnippets(page: string): Snippet[] {
  const blocks = [
    ...readFileSync(join(root, page), 'utf8').matchAll(/^```(ts|tsx|js|jsx)\b.*\n([\s\S]*?)^```/gm),
  ];
  return blocks.map(([, , text = ''], index) => ({
    title: `${page}, number ${index + 1}`,
    path: join(root, dirname(page), `snippet-${basename(page, '.md')}-${index}.tsx`),
    text: `${text}\nexport {};\n`,
  }));
}

function createProgram(): ts.Program {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, root);
  const relaxed: ts.CompilerOptions = {
    ...options,
    // As most readers have it.
    noUncheckedIndexedAccess: false,
    noUnusedLocals: false,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
  };
  const host = ts.createCompilerHost(relaxed);
  const texts = new Map(snippets.map(({ path, text }) => [path, text]));
  const { readFile, fileExists } = host;
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  const sqlTypes = join(root, 'types/sql.d.ts');
  return ts.createProgram([...texts.keys(), sqlTypes], relaxed, host);
}
