/**
 * The request got no answer: no connection, cut in the middle, or nothing for too long. Whether the server acted on it is not known;
 * the same operation with the same id may be sent again and is done once.
 */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
  }
}

/** The client was closed before the operation had an answer. */
export class ClientClosedError extends Error {
  override readonly name = 'ClientClosedError';

  constructor() {
    super('The client is closed. Make a new one with createChatClient.');
  }
}
