import { openCore } from '../../packages/server/src/core.js';
import { optionDefaults } from '../../packages/server/src/options.js';
import { heading, table } from './markdown.js';

/** What `/metrics` has, from a core that is opened for it on a database in memory. */
export async function describeMetrics(): Promise<string> {
  const quiet = { info: () => {}, error: () => {}, warn: () => {} };
  const core = await openCore({ ...optionDefaults, dataDirectory: 'memory', secret: 'x'.repeat(32) }, quiet);
  try {
    const { registry } = core.metrics;
    const labels = new Map(registry.getMetricsAsArray().map((metric) => [metric.name, labelsOf(metric)]));
    const rows = (await registry.getMetricsAsJSON())
      // Those of the process differ from platform to platform.
      .filter(({ name }) => !/^parley_(process|nodejs)_/.test(name))
      .map(({ name, type, help }) => [`\`${name}\``, String(type), labels.get(name) ?? '', help])
      .sort(([one = ''], [other = '']) => (one < other ? -1 : 1));
    const about = `\`GET /metrics\` in the format of Prometheus, of one node. Beside these there are \`parley_process_*\` and \`parley_nodejs_*\` as
[prom-client](https://github.com/siimon/prom-client) has them.`;
    return `${heading('Metrics', about)}\n${table(['name', 'type', 'labels', 'what it tells'], rows)}\n`;
  } finally {
    await core.close();
  }
}

function labelsOf(metric: object): string {
  const names: unknown = Reflect.get(metric, 'labelNames');
  return Array.isArray(names) ? names.map((name) => `\`${String(name)}\``).join(', ') : '';
}
