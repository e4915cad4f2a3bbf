/** `node --import`: SQL files are modules that export their text, as they are to the bundler and to the tests. */
import { register } from 'node:module';

const hooks = `
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
export async function load(url, context, next) {
  const [path] = url.split('?');
  if (!path.endsWith('.sql')) return next(url, context);
  const text = await readFile(fileURLToPath(path), 'utf8');
  return { format: 'module', shortCircuit: true, source: 'export default ' + JSON.stringify(text) };
}`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
