import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';

/** What the bench uses of esbuild. */
interface Esbuild {
  readonly version: string;
  build(options: object): Promise<{ readonly outputFiles: readonly { readonly contents: Uint8Array }[] }>;
}

/** The esbuild that builds the packages: tsup brings it, so it is asked for from there. */
function loadEsbuild(): Esbuild {
  const here = createRequire(import.meta.url);
  return createRequire(here.resolve('tsup'))('esbuild');
}

export interface Entry {
  /** What an application would write: `export * from "..."`. */
  readonly code: string;
  /** Folder from which its imports are resolved. */
  readonly folder: string;
  /** Packages that the page has anyway. */
  readonly external?: readonly string[];
}

/** Bytes of the entry with all it imports, as one minified module for a browser, gzipped. Throws when it does not bundle. */
export async function bundledBytes({ code, folder, external = [] }: Entry): Promise<number> {
  const { outputFiles } = await loadEsbuild().build({
    stdin: { contents: code, resolveDir: folder, loader: 'js' },
    external,
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    logLevel: 'silent',
  });
  return outputFiles.reduce((total, { contents }) => total + gzipSync(contents, { level: 9 }).byteLength, 0);
}
