import type { KeyboardEvent } from 'react';

/** Up, Down, Home and End move the focus between the links of a list. */
export function useListKeys(): (event: KeyboardEvent<HTMLElement>) => void {
  return (event) => {
    const links = [...event.currentTarget.querySelectorAll('a')];
    const index = links.findIndex((link) => link.matches(':focus'));
    const next = nextIndex(event.key, index, links.length);
    if (next === undefined) return;
    event.preventDefault();
    links[next]?.focus();
  };
}

/** Where a key leads from an index; undefined for other keys. */
export function nextIndex(key: string, index: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowUp':
      return Math.max(0, index - 1);
    case 'ArrowDown':
      return Math.min(count - 1, index + 1);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
