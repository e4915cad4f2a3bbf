import { type FocusEvent, type KeyboardEvent, type RefObject, useLayoutEffect, useState } from 'react';
import type { LogRow } from '../../store/log-rows.js';
import type { LogVirtualizer } from './use-log-scroll.js';

/** The log is one stop of the Tab key: the message last focused, at first the latest. Up, Down, Home and End walk the messages. */
export function useLogKeys(rows: readonly LogRow[], scroller: RefObject<HTMLElement | null>) {
  const [stopKey, setStopKey] = useState<string>();
  const [wantedKey, setWantedKey] = useState<string>();
  const known = rows.findIndex(({ key }) => key === stopKey);
  const stopIndex = known === -1 ? rows.length - 1 : known;

  useLayoutEffect(() => {
    if (wantedKey === undefined) return;
    const index = rows.findIndex(({ key }) => key === wantedKey);
    scroller.current
      ?.querySelector<HTMLElement>(`[data-index="${index}"] > article`)
      ?.focus({ preventScroll: true });
    setWantedKey(undefined);
  }, [rows, wantedKey, scroller]);

  const onKeyDown = (virtualizer: LogVirtualizer) => (event: KeyboardEvent<HTMLElement>) => {
    const index = nextMessage(rows, event.key, indexOf(event.target));
    const key = index === undefined ? undefined : rows[index]?.key;
    if (index === undefined || key === undefined) return;
    event.preventDefault();
    setStopKey(key);
    setWantedKey(key);
    virtualizer.scrollToIndex(index, { align: 'auto' });
  };

  const onFocus = (event: FocusEvent<HTMLElement>) => setStopKey(rows[indexOf(event.target)]?.key);

  return { stopIndex, onKeyDown, onFocus };
}

/** The index of the message a key leads to; undefined for other keys and at the edges. */
function nextMessage(rows: readonly LogRow[], key: string, from: number): number | undefined {
  const isMessage = ({ kind }: LogRow) => kind === 'message';
  switch (key) {
    case 'ArrowUp':
      return orNone(rows.slice(0, from).findLastIndex(isMessage));
    case 'ArrowDown':
      return orNone(rows.findIndex((row, index) => index > from && isMessage(row)));
    case 'Home':
      return orNone(rows.findIndex(isMessage));
    case 'End':
      return orNone(rows.findLastIndex(isMessage));
    default:
      return undefined;
  }
}

function orNone(index: number): number | undefined {
  return index === -1 ? undefined : index;
}

function indexOf(target: EventTarget): number {
  const row = target instanceof Element ? target.closest('[data-index]') : null;
  return Number(row?.getAttribute('data-index') ?? -1);
}
