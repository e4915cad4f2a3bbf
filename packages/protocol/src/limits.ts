/**
 * Sizes on which every part agrees: an operation the SDK lets through fits a frame, a frame fits the server, and what fits REST
 * fits the socket. The SDK refuses locally with the server's own code.
 */
export const limits = {
  /** Content of a message, in code points. */
  contentCodePoints: 10_000,
  /** Content of a message, in UTF-8 bytes. */
  contentBytes: 40 * 1024,
  /** Custom metadata, encoded as JSON, in UTF-8 bytes. */
  metadataBytes: 8 * 1024,
  /** How deep custom metadata may nest. */
  metadataDepth: 4,
  /** One operation, encoded. */
  operationBytes: 56 * 1024,
  /** One frame on the socket. */
  frameBytes: 64 * 1024,
  /** The first frame on a socket, before anyone is known. */
  helloBytes: 4 * 1024,
  /** Fragments of one frame. */
  frameFragments: 64,
  /** Body of a REST request. */
  bodyBytes: 256 * 1024,
  /** How deep any JSON may nest. */
  jsonDepth: 16,
  /** Operations under way on one socket. */
  inFlight: 32,
  /** Conversations a socket may have open. */
  openConversations: 500,
  /** Sockets of one person; one more takes the place of the oldest. */
  socketsPerUser: 10,
  /** Commands in one batch. */
  batchOperations: 16,
  /** Messages in one bulk request. */
  messagesPerRequest: 100,
  /** Ids in one request. */
  idsPerRequest: 1000,
  /** Largest page of any list. */
  pageSize: 100,
  /** A reaction, in UTF-8 bytes: an emoji with all its joiners, or the name of one of the application's own. */
  emojiBytes: 64,
  /** Different emojis under one message. */
  emojisPerMessage: 50,
  /** Name of a conversation and display name of a person, in code points. */
  nameCodePoints: 100,
  descriptionCodePoints: 1000,
  /** What somebody says of themselves, in code points. */
  bioCodePoints: 1000,
  /** Address of a picture, in characters. */
  urlLength: 2000,
  /** What somebody says of themselves, in code points. */
  statusCodePoints: 100,
  usernameMin: 3,
  usernameMax: 32,
  passwordMin: 12,
  passwordMax: 256,
} as const;
