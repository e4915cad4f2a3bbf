/** Why a message was not sent, in the words a person reads, and the one action that helps. */

export interface SendFailure {
  readonly code: string;
  /** A sentence after `Not sent.` */
  readonly reason: string;
  readonly action: 'retry' | 'copy' | 'edit';
}

const failures: Readonly<Record<string, Omit<SendFailure, 'code'>>> = {
  forbidden: { reason: 'You may no longer post here.', action: 'copy' },
  muted: { reason: 'You are muted here.', action: 'copy' },
  conversation_archived: { reason: 'The conversation is archived.', action: 'copy' },
  not_found: { reason: 'The conversation is gone.', action: 'copy' },
  id_conflict: { reason: 'Its id is taken.', action: 'copy' },
  message_too_long: { reason: 'It is too long.', action: 'edit' },
  payload_too_large: { reason: 'It is too long.', action: 'edit' },
  invalid_text: { reason: 'It holds characters that cannot be stored.', action: 'edit' },
  validation_failed: { reason: 'It holds characters that cannot be stored.', action: 'edit' },
  overloaded: { reason: 'The server is busy.', action: 'retry' },
  rate_limited: { reason: 'The server is busy.', action: 'retry' },
  expired: { reason: 'It waited for too long.', action: 'retry' },
  outbox_full: { reason: 'Too much waits to be sent.', action: 'retry' },
  blocked: { reason: 'The conversation was not made.', action: 'retry' },
  too_many_inflight: { reason: 'The server is busy.', action: 'retry' },
};

export function toSendFailure(error: unknown): SendFailure {
  const code = error instanceof Object && 'code' in error ? String(error.code) : 'unknown';
  const known = failures[code];
  return known === undefined
    ? { code, reason: 'Something went wrong.', action: 'retry' }
    : { code, ...known };
}
