/**
 * What other kits weighed when the budgets were set, everything exported, min+gzip in kB (1,000 bytes). They are no dependencies of this
 * repository, so these stand beside ours as recorded; one that is installed is measured instead.
 */
export interface RecordedSize {
  readonly name: string;
  /** The package, where one name says which was measured; it is measured again when it is installed. */
  readonly packageName?: string;
  readonly kilobytes: string;
}

/** The versions were not written down. */
export const recordedOn = '2026-11-20, version not recorded';

export const recordedSizes: readonly RecordedSize[] = [
  { name: 'matrix-js-sdk', packageName: 'matrix-js-sdk', kilobytes: '237 (and 42 lazily)' },
  { name: 'PubNub Chat', packageName: '@pubnub/chat', kilobytes: '201' },
  { name: 'Sendbird Chat', packageName: '@sendbird/chat', kilobytes: '130 to 168' },
  { name: 'Stream Chat', packageName: 'stream-chat', kilobytes: '102' },
  { name: 'Ably Chat', packageName: '@ably/chat', kilobytes: '75' },
  { name: 'Liveblocks', packageName: '@liveblocks/client', kilobytes: '60 and 17' },
  { name: 'Tinode', packageName: 'tinode-sdk', kilobytes: '31' },
  { name: 'centrifuge', packageName: 'centrifuge', kilobytes: '24' },
  { name: 'Socket.IO client', packageName: 'socket.io-client', kilobytes: '13' },
];
