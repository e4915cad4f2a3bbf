import { isIPv6 } from 'node:net';

/** What requests of an address are counted under: the address, or the /64 of an IPv6 one, since whoever has one of those has all of it. */
export function addressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [plain = ''] = address.split('%');
  return isIPv6(plain) ? `${firstGroups(plain).join(':')}::/64` : address;
}

/** The first four groups of eight, without zeros in front. */
function firstGroups(address: string): string[] {
  const [head = '', tail] = address.toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  if (tail === undefined) return before.slice(0, 4).map(short);
  const after = tail === '' ? [] : tail.split(':');
  const afterLength = after.length + (tail.includes('.') ? 1 : 0);
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - afterLength) }, () => '0');
  return [...before, ...zeros, ...after].slice(0, 4).map(short);
}

function short(group: string): string {
  return group.replace(/^0+(?=.)/, '');
}
