import { ParleyError } from '@parley/protocol';
import { isConnectionLost } from '../db/database-error.js';

/** Any failure as an error of the table. What nobody foresaw is `internal` and told to `onUnforeseen`, which logs it. */
export function createToParleyError(onUnforeseen: (error: unknown) => void): (error: unknown) => ParleyError {
  return (error) => {
    if (error instanceof ParleyError) {
      if (error.code === 'internal') onUnforeseen(error.cause ?? error);
      return error;
    }
    if (isConnectionLost(error)) return new ParleyError('unavailable', { retryAfterMs: 1000, cause: error });
    const byFastify = fromFastify(error);
    if (byFastify !== undefined) return byFastify;
    onUnforeseen(error);
    return new ParleyError('internal', { cause: error });
  };
}

const fastifyCodes: Readonly<
  Record<string, 'payload_too_large' | 'unsupported_media_type' | 'invalid_json'>
> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_json',
};

/** Refusals that Fastify itself makes before a handler runs. */
function fromFastify(error: unknown): ParleyError | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const code = fastifyCodes[error.code];
  if (code !== undefined) return new ParleyError(code);
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  return status >= 400 && status < 500 ? new ParleyError('validation_failed') : undefined;
}
