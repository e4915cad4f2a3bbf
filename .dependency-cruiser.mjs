/**
 * Who may import whom: the layer tables of server and client-sdk, the direction between packages, and a few walls.
 * `tests/architecture` runs these rules over the tree and proves each of them with a planted bad import.
 *
 * A layer may import itself and what stands before it in its table. Layers on one line are siblings: they may import each other,
 * but no cycle passes. Tests are not held to the tables.
 */

/** Low to high. @type {string[][]} */
export const serverLayers = [
  ['lib'],
  ['config', 'db'],
  ['fanout'],
  ['limits'],
  ['eventlog', 'access', 'jobs'],
  ['kernel'],
  ['features', 'gateway'],
  ['core', 'options', 'log-options', 'version', 'plugin', 'server', 'index'],
  ['cli'],
  // Helps tests, ships nowhere.
  ['testing'],
];

/** Low to high. @type {string[][]} */
export const clientLayers = [
  ['platform'],
  ['lib'],
  ['http', 'connection'],
  ['cache'],
  ['outbox', 'storage', 'sync'],
  ['session', 'call'],
  ['features'],
  ['client', 'client-events', 'index', 'node', 'testing', 'testing-server'],
];

const tests = '\\.test\\.tsx?$';

/** @param {string} source @param {string[]} names @returns {string} matches `<source>/<name>/...` and `<source>/<name>.ts` */
function inLayer(source, names) {
  return `^${source}/(${names.join('|')})(/|\\.tsx?$)`;
}

/** @param {string} label @param {string} source @param {string[][]} layers */
function layerRules(label, source, layers) {
  return layers.slice(0, -1).map((layer, level) => ({
    name: `${label}-layers-${layer.join('-')}`,
    comment: `${layer.join(', ')} may not import from a higher layer`,
    severity: 'error',
    from: { path: inLayer(source, layer), pathNot: tests },
    to: { path: inLayer(source, layers.slice(level + 1).flat()) },
  }));
}

/** @param {string} name @param {string} comment @param {{ from: object, to: object }} what */
function forbid(name, comment, { from, to }) {
  return { name, comment, severity: 'error', from: { pathNot: tests, ...from }, to };
}

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'no import cycle, type-only included',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'not-resolved',
      comment: 'every import leads to a file',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    ...layerRules('server', 'packages/server/src', serverLayers),
    ...layerRules('client', 'packages/client-sdk/src', clientLayers),
    forbid('features-blind-to-gateway', 'a feature knows no transport', {
      from: { path: '^packages/server/src/features/' },
      to: { path: '^packages/server/src/gateway/' },
    }),
    forbid('gateway-blind-to-features', 'the gateway serves the contract, not single features', {
      from: { path: '^packages/server/src/gateway/' },
      to: { path: '^packages/server/src/features/' },
    }),
    forbid('features-blind-to-each-other', "a feature may use another one's index, never its insides", {
      from: { path: '^packages/([^/]+)/src/features/([^/]+)/' },
      to: {
        path: '^packages/$1/src/features/[^/]+/',
        pathNot: '^packages/$1/src/features/($2/|[^/]+/index\\.ts$)',
      },
    }),
    forbid(
      'features-know-no-library-of-transport',
      'a feature is tested with a database alone: no Fastify, no sockets, no Redis',
      {
        from: { path: '^packages/server/src/features/' },
        to: { path: 'node_modules/(fastify|@fastify|ws|ioredis)/' },
      },
    ),
    forbid('protocol-alone', 'protocol imports no other package of ours', {
      from: { path: '^packages/protocol/' },
      to: { path: '^packages/(?!protocol/)' },
    }),
    forbid('server-direction', 'server imports protocol and nothing else of ours', {
      from: { path: '^packages/server/' },
      to: { path: '^packages/(?!(server|protocol)/)' },
    }),
    forbid('client-direction', 'client-sdk imports protocol and nothing else of ours', {
      from: { path: '^packages/client-sdk/' },
      to: { path: '^packages/(?!(client-sdk|protocol)/)' },
    }),
    forbid('hooks-direction', 'react-hooks imports client-sdk and nothing else of ours', {
      from: { path: '^packages/react-hooks/' },
      to: { path: '^packages/(?!(react-hooks|client-sdk)/)' },
    }),
    forbid('packages-stand-alone', 'a package imports no test, bench, example or script of the repository', {
      from: { path: '^packages/' },
      to: { path: '^(tests|bench|examples|scripts|docs)/' },
    }),
    forbid('packages-by-name', 'another package is imported by its name, not by a path into its sources', {
      from: { path: '^(packages|examples)/([^/]+)/' },
      to: {
        path: '^packages/',
        pathNot: '^$1/$2/',
        dependencyTypesNot: ['aliased', 'aliased-tsconfig', 'aliased-workspace', 'aliased-tsconfig-paths'],
      },
    }),
    forbid(
      'client-takes-wire',
      'client code takes @parley/protocol/wire at run time: the index carries the schemas',
      {
        // The server that tests use needs them.
        from: {
          path: '^packages/(client-sdk|react-hooks)/src/',
          pathNot: '^packages/client-sdk/src/testing-server/(contract\\.ts|.*\\.test\\.ts)$',
        },
        to: { path: '^packages/protocol/src/index\\.ts$', dependencyTypesNot: ['type-only'] },
      },
    ),
    forbid('client-takes-no-node', 'client code runs in browsers: no Node built-in', {
      from: { path: '^packages/(client-sdk|react-hooks)/src/' },
      to: { dependencyTypes: ['core'] },
    }),
    forbid('client-takes-no-zod', 'client code takes no full zod: it costs tens of kilobytes', {
      from: { path: '^packages/(client-sdk|react-hooks)/src/' },
      to: {
        path: 'node_modules/zod/',
        pathNot: 'node_modules/zod/(v4/)?mini/',
        dependencyTypesNot: ['type-only'],
      },
    }),
    {
      name: 'sources-import-no-tests',
      comment: 'shipped code imports no test',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: tests },
    },
  ],
};
