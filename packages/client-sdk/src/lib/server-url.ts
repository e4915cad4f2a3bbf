/** The server's address without a slash at the end; says what is wrong with one that cannot work. */
export function serverUrl(text: string): string {
  if (!/^https?:\/\/[^/?#]+(\/[^?#]*)?$/.test(text))
    throw new TypeError(
      `url must be the address of a Parley server, such as https://chat.example.com, not "${text}".`,
    );
  return text.replace(/\/+$/, '');
}
