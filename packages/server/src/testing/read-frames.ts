import type { DownFrame } from '@parley/protocol';

/** Takes unmasked text frames of less than 64 KiB apart: what a client would read. */
export function readFrames(bytes: Buffer): DownFrame[] {
  const frames: DownFrame[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const short = bytes.readUInt8(offset + 1);
    const [start, length] = short < 126 ? [offset + 2, short] : [offset + 4, bytes.readUInt16BE(offset + 2)];
    frames.push(JSON.parse(bytes.toString('utf8', start, start + length)));
    offset = start + length;
  }
  return frames;
}
