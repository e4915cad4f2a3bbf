export type OutboxErrorCode = keyof typeof words;

const words = {
  outbox_full: 'Too much waits already.',
  expired: 'It waited too long.',
  blocked: 'What it needs failed.',
  discarded: 'It was taken back.',
} as const;

/**
 * An operation ended, or could not enter, by the rules of the outbox. `outbox_full`: 1,000 operations or 50 MB wait. `expired`: it waited for 14 days.
 * `blocked`: it waits until the failed operation it needs is retried. `discarded`: somebody took it back.
 */
export class OutboxError extends Error {
  override readonly name = 'OutboxError';

  readonly code: OutboxErrorCode;

  constructor(code: OutboxErrorCode) {
    super(words[code]);
    this.code = code;
  }
}
