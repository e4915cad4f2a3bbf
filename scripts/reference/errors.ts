import { type ErrorRow, errorTable, listOperations } from '../../packages/protocol/src/index.js';
import { heading, table } from './markdown.js';

/** The table of errors, each with the operations that name it. */
export function describeErrors(): string {
  const operations = [...listOperations()];
  const rows = Object.entries<ErrorRow>(errorTable).map(([code, { status, retryable, message }]) => {
    const named = operations.filter(([, { operation }]) => operation.errors.some((error) => error === code));
    const where = named.length === 0 ? 'any' : named.map(([name]) => `\`${name}\``).join(', ');
    return [`\`${code}\``, String(status), retryable ? 'yes' : 'no', message, where];
  });
  const about = `REST answers \`{ "error": { code, message, retryable, requestId, retryAfterMs?, details? } }\` with the status; the socket sends the same body in an
\`error\` frame and stays open. "Again" says that the same operation may succeed when it is sent again later. "Any" stands where no operation names the code: it comes
from the way there (tokens, bodies, frames, limits), or from a rule of a field. Messages never hold input.`;
  return `${heading('Errors', about)}\n${table(['code', 'status', 'again', 'message', 'answered by'], rows)}\n`;
}
