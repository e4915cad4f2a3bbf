const maxLength = 200;

/** What a client calls itself, fit to be shown in a list: printable ASCII, the first 200 characters. Null when nothing is left. */
export function readableUserAgent(header: string | undefined): string | null {
  const readable = (header ?? '')
    .replace(/[^\x20-\x7e]/g, '')
    .slice(0, maxLength)
    .trim();
  return readable === '' ? null : readable;
}
