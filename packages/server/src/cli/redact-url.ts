/** A database address without its password. */
export function redactUrl(text: string): string {
  const url = new URL(text);
  return `${url.host}${url.pathname}`;
}
