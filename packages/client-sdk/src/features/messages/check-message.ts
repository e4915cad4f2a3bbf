import { fitsText, isStorableText, limits, ParleyError, utf8Length } from '@parley/protocol/wire';

/** Refuses what the server would refuse, with its code, before anything leaves. */
export function checkMessage(message: {
  readonly content: string;
  readonly metadata?: object | null | undefined;
}): void {
  const { content, metadata } = message;
  if (content.trim().length === 0) throw refusal('content', 'empty');
  if (!isStorableText(content))
    throw new ParleyError('invalid_text', { details: [{ path: 'content', rule: 'storable' }] });
  if (!fitsText(content, limits.contentCodePoints, limits.contentBytes))
    throw new ParleyError('message_too_long');
  if (metadata && utf8Length(JSON.stringify(metadata)) > limits.metadataBytes)
    throw refusal('metadata', `more than ${limits.metadataBytes} bytes`);
}

function refusal(path: string, rule: string): ParleyError {
  return new ParleyError('validation_failed', { details: [{ path, rule }] });
}
