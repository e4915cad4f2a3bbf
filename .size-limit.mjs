/** What a browser pays, minified and gzipped. The limits are promises of the product. */

const builtIns =
  '(assert|buffer|child_process|crypto|events|fs|http|https|net|os|path|stream|tls|url|util|worker_threads|zlib)';
const refused = new RegExp(`^(node:.*|zod|zod/(?!mini|v4/mini).*|${builtIns}(/.*)?)$`);

/** Fails the bundle, with the importing file in the message, when something gets in that must stay out. */
const refuse = {
  name: 'refuse-server-code',
  /** @param {{ onResolve: (options: { filter: RegExp }, callback: (found: { path: string, importer: string }) => object | undefined) => void }} build */
  setup(build) {
    // esbuild's own filters know no lookahead, so they only keep relative imports away.
    build.onResolve({ filter: /^[^.]/ }, ({ path, importer }) =>
      refused.test(path)
        ? { errors: [{ text: `"${path}" may not be part of a browser bundle; imported by ${importer}` }] }
        : undefined,
    );
  },
};

/** @param {{ plugins?: object[] }} config  esbuild's */
function withRefusal(config) {
  return { ...config, plugins: [...(config.plugins ?? []), refuse] };
}

const common = { gzip: true, modifyEsbuildConfig: withRefusal };
const sdk = 'packages/client-sdk/dist/index.js';

export default [
  { ...common, name: 'client-sdk', path: sdk, limit: '30 kB' },
  {
    ...common,
    name: 'client-sdk, send and receive',
    path: sdk,
    import: '{ createChatClient }',
    limit: '18 kB',
  },
  {
    ...common,
    name: 'react-hooks beyond it',
    path: 'packages/react-hooks/dist/index.js',
    ignore: ['@parley/client-sdk', '@parley/protocol', 'react', 'react-dom'],
    limit: '6 kB',
  },
  { ...common, name: 'protocol/wire', path: 'packages/protocol/dist/wire.js', limit: '8 kB' },
];
