import { isErrorCode, ParleyError } from '@parley/protocol/wire';
import { isRecord } from './json.js';

/**
 * The server's error body as the error the SDK throws. A newer server may know codes this SDK does not: those keep their words and are told
 * apart only by class, `internal` when the server says it may work later, else `validation_failed`.
 */
export function toParleyError(body: unknown): ParleyError {
  if (!isRecord(body) || typeof body['code'] !== 'string')
    return new ParleyError('internal', { message: 'The answer is not one of a Parley server.' });
  const { code, message, retryAfterMs, requestId, details } = body;
  const known = isErrorCode(code) ? code : body['retryable'] === true ? 'internal' : 'validation_failed';
  return new ParleyError(known, {
    ...(typeof message === 'string' ? { message: known === code ? message : `${code}: ${message}` } : {}),
    ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
    ...(typeof requestId === 'string' ? { requestId } : {}),
    ...(Array.isArray(details) ? { details } : {}),
  });
}

/** True when the session cannot go on: a token nobody accepts, a session that has ended. A wrong password says nothing about it. */
export function isSessionOver(error: unknown): error is ParleyError {
  return error instanceof ParleyError && error.status === 401 && error.code !== 'invalid_credentials';
}
