/**
 * Where the log stands. It opens at its end and stays there while new messages come; a reader who has scrolled up keeps their place,
 * whatever is put in front or behind; sending always leads back to the end.
 */
import { defaultRangeExtractor, type Range, useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useLayoutEffect } from 'react';
import type { LogRow } from '../../store/log-rows.js';

export type LogVirtualizer = Virtualizer<HTMLDivElement, Element>;

/** Within this many pixels of the end the log counts as being at its end. */
const endThreshold = 80;

export interface LogScrollOptions {
  readonly rows: readonly LogRow[];
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** The end of the history is there; before that, nothing but what waits to be sent. */
  readonly isLoaded: boolean;
  /** The row that holds the focus, or would get it, is never taken out of the page. */
  readonly keptIndex: number;
}

export function useLogScroll({ rows, scroller, isLoaded, keptIndex }: LogScrollOptions): LogVirtualizer {
  const virtualizer: LogVirtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows]),
    estimateSize: (index) => (rows[index]?.kind === 'day' ? 36 : 44),
    rangeExtractor: useCallback(
      (range: Range) => withIndex(defaultRangeExtractor(range), keptIndex),
      [keptIndex],
    ),
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: endThreshold,
    overscan: 10,
    paddingStart: 8,
    paddingEnd: 8,
  });
  const last = rows.at(-1);
  const sentKey = last?.kind === 'message' && last.isOwn ? last.key : undefined;
  // Also on mount, whoever wrote the last message, and when the history comes in front of what waits: the log opens at its end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new message of one's own, and the history, are the reasons to scroll
  useLayoutEffect(() => virtualizer.scrollToEnd(), [virtualizer, sentKey, isLoaded]);
  useEndKept(scroller, virtualizer);
  return virtualizer;
}

/** When the log gets lower or higher (a banner, a growing composer, a keyboard on a phone), its end stays where it was: at the bottom. */
function useEndKept(scroller: RefObject<HTMLDivElement | null>, virtualizer: LogVirtualizer): void {
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    let wasAtEnd = true;
    const look = () => {
      wasAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight <= endThreshold;
    };
    const observer = new ResizeObserver(() => {
      if (wasAtEnd) virtualizer.scrollToEnd();
    });
    element.addEventListener('scroll', look, { passive: true });
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', look);
      observer.disconnect();
    };
  }, [scroller, virtualizer]);
}

function withIndex(indexes: number[], index: number): number[] {
  return index < 0 || indexes.includes(index) ? indexes : [...indexes, index].sort((a, b) => a - b);
}
