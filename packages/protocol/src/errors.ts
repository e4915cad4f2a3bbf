/**
 * The one table of errors. REST answers `status`, the socket sends the same body with the socket kept open, the SDK throws
 * the same code, the OpenAPI document lists it. Adding a row here is all that adding an error takes.
 *
 * `retryable` says that the same operation, sent again later without changes, may succeed. Everything else is the final word.
 */
export const errorTable = {
  invalid_json: { status: 400, retryable: false, message: 'The body is not valid JSON.' },
  invalid_encoding: { status: 400, retryable: false, message: 'The body is not valid UTF-8.' },
  invalid_text: {
    status: 400,
    retryable: false,
    message: 'A text holds a NUL character or a lone surrogate.',
  },
  too_deep: { status: 400, retryable: false, message: 'The JSON is nested too deeply.' },
  too_many_items: { status: 400, retryable: false, message: 'A list has too many items.' },
  validation_failed: { status: 400, retryable: false, message: 'The input does not fit the operation.' },
  password_too_common: {
    status: 400,
    retryable: false,
    message: 'The password is among those that are guessed first.',
  },
  message_too_long: { status: 400, retryable: false, message: 'The message is too long.' },
  invalid_cursor: { status: 400, retryable: false, message: 'The cursor is not one of ours.' },
  invalid_frame: {
    status: 400,
    retryable: false,
    message: 'The frame does not have the form the protocol asks for.',
  },
  unknown_type: { status: 400, retryable: false, message: 'The type of the frame is not known.' },
  unknown_operation: { status: 400, retryable: false, message: 'The operation is not known.' },
  unsupported_version: {
    status: 400,
    retryable: false,
    message: 'This version of the protocol is not supported.',
  },
  already_authenticated: { status: 409, retryable: false, message: 'This socket has said hello before.' },
  unauthenticated: { status: 401, retryable: false, message: 'This operation needs an access token.' },
  token_invalid: { status: 401, retryable: false, message: 'The access token is not valid.' },
  token_expired: { status: 401, retryable: false, message: 'The access token has expired.' },
  session_revoked: { status: 401, retryable: false, message: 'The session has ended.' },
  refresh_invalid: { status: 401, retryable: false, message: 'The refresh token is not valid.' },
  refresh_reused: {
    status: 401,
    retryable: false,
    message: 'The refresh token was used before; the session has ended.',
  },
  invalid_credentials: { status: 401, retryable: false, message: 'The name or the password is wrong.' },
  reset_invalid: { status: 401, retryable: false, message: 'The link was used, has expired, or never was.' },
  forbidden: { status: 403, retryable: false, message: 'You may not do this here.' },
  banned: { status: 403, retryable: false, message: 'This person is banned here.' },
  muted: { status: 403, retryable: true, message: 'You are muted here.' },
  dm_not_allowed: { status: 403, retryable: false, message: 'You two may not write to each other alone.' },
  rank_too_low: { status: 403, retryable: false, message: 'Your role is not above theirs.' },
  origin_not_allowed: { status: 403, retryable: false, message: 'Pages of this origin may not connect.' },
  not_found: { status: 404, retryable: false, message: 'There is nothing here.' },
  id_conflict: { status: 409, retryable: false, message: 'The id is taken.' },
  conversation_archived: { status: 409, retryable: false, message: 'The conversation is archived.' },
  last_owner: { status: 409, retryable: false, message: 'A conversation keeps at least one owner.' },
  username_taken: { status: 409, retryable: false, message: 'The username is taken.' },
  email_taken: { status: 409, retryable: false, message: 'The e-mail address is taken.' },
  invalid_reference: {
    status: 422,
    retryable: false,
    message: 'Something the input refers to does not exist.',
  },
  reaction_limit_reached: {
    status: 409,
    retryable: false,
    message: 'The message has as many different reactions as it can hold.',
  },
  payload_too_large: { status: 413, retryable: false, message: 'The body is too large.' },
  unsupported_media_type: { status: 415, retryable: false, message: 'Send application/json.' },
  rate_limited: { status: 429, retryable: true, message: 'Too many requests.' },
  too_many_inflight: {
    status: 429,
    retryable: true,
    message: 'Too many operations are under way on this socket.',
  },
  overloaded: { status: 503, retryable: true, message: 'The server is busy.' },
  unavailable: { status: 503, retryable: true, message: 'The server cannot reach its database.' },
  internal: { status: 500, retryable: true, message: 'Something went wrong on the server.' },
} as const satisfies Record<string, ErrorRow>;

export interface ErrorRow {
  /** HTTP status of the answer. */
  readonly status: number;
  /** Whether the same operation may succeed when it is sent again later. */
  readonly retryable: boolean;
  /** A plain sentence for developers; never holds input. */
  readonly message: string;
}

export type ErrorCode = keyof typeof errorTable;

/** What both transports answer for an error: REST as `{ error }`, the socket as an `error` frame. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  /** Not before this many milliseconds; present where the server can tell. */
  readonly retryAfterMs?: number;
  /** Quote it when you report a problem; the server's log has it. */
  readonly requestId: string;
  /** For `validation_failed`: which field, and which rule. Never the value. */
  readonly details?: readonly ErrorDetail[];
}

export interface ErrorDetail {
  /** Path of the field, `memberIds.3`; empty for the whole input. */
  readonly path: string;
  readonly rule: string;
}

/** True for a string that is a code of the table: answers of newer servers may hold others. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code);
}

export interface ParleyErrorOptions {
  readonly message?: string;
  readonly retryAfterMs?: number;
  readonly requestId?: string;
  readonly details?: readonly ErrorDetail[];
  readonly cause?: unknown;
}

/** The one error class of server and SDK: a code of the table and what goes with it. */
export class ParleyError extends Error {
  override readonly name = 'ParleyError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;
  readonly details: readonly ErrorDetail[] | undefined;

  constructor(code: ErrorCode, options: ParleyErrorOptions = {}) {
    super(
      options.message ?? errorTable[code].message,
      options.cause === undefined ? {} : { cause: options.cause },
    );
    this.code = code;
    this.status = errorTable[code].status;
    this.retryable = errorTable[code].retryable;
    this.retryAfterMs = options.retryAfterMs;
    this.requestId = options.requestId;
    this.details = options.details;
  }

  /** The body both transports send. */
  toBody(requestId: string): ErrorBody {
    return {
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
      requestId,
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }
}
