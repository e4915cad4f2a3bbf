import { useDelayed } from '../../hooks/use-delayed.js';
import type { LogRow } from '../../store/log-rows.js';
import { dayLabel } from '../../text/times.js';
import type { LogVirtualizer } from './use-log-scroll.js';

const leavesAfterMs = 1000;

/** The day of what is read, while scrolling through what was. */
export function DayPill({
  rows,
  virtualizer,
  now,
}: {
  rows: readonly LogRow[];
  virtualizer: LogVirtualizer;
  now: Date;
}) {
  const isIdle = useDelayed(!virtualizer.isScrolling, leavesAfterMs);
  const top = rows[virtualizer.range?.startIndex ?? 0];
  if (top === undefined || top.kind === 'day' || virtualizer.isAtEnd()) return null;
  return (
    <div className={isIdle ? 'day-pill is-away' : 'day-pill'} aria-hidden="true">
      {dayLabel(top.at, now)}
    </div>
  );
}
