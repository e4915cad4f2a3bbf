import type { LogIndex } from './log-index.js';
import type { RunViolation, WatermarkReading } from './run-history.js';

/** Within a lane what somebody has read and got never falls; what is read was delivered; nothing lies above the end of the log. */
export function* checkWatermarks(
  log: LogIndex,
  readings: readonly WatermarkReading[],
): Generator<RunViolation> {
  const heads = new Map<string, number>();
  for (const { conversationId, seq } of log.entries) heads.set(conversationId, seq);
  const last = new Map<string, WatermarkReading>();
  for (const reading of readings) {
    const { lane, userId, conversationId, readSeq, deliveredSeq } = reading;
    const name = `${lane} ${userId} ${conversationId}`;
    const before = last.get(name);
    const hasFallen =
      before !== undefined && (readSeq < before.readSeq || deliveredSeq < before.deliveredSeq);
    if (hasFallen || readSeq > deliveredSeq || deliveredSeq > (heads.get(conversationId) ?? 0))
      yield {
        rule: 'watermark',
        conversationId,
        detail: `${lane} was told of ${userId}: read ${readSeq}, delivered ${deliveredSeq}, before ${before?.readSeq}, ${before?.deliveredSeq}`,
      };
    last.set(name, reading);
  }
}
