import { useState } from 'react';
import type { LogRow } from '../../store/log-rows.js';
import { Icon } from '../shared/icon.js';
import type { LogVirtualizer } from './use-log-scroll.js';

export interface JumpButtonProps {
  readonly rows: readonly LogRow[];
  readonly virtualizer: LogVirtualizer;
  readonly onJump: () => Promise<void>;
}

/** The way back to the latest message, once it is a screen away or others have written meanwhile. */
export function JumpButton({ rows, virtualizer, onJump }: JumpButtonProps) {
  const count = useUnseen(rows, virtualizer.isAtEnd());
  const screen = virtualizer.scrollRect?.height ?? 0;
  const isFar = screen > 0 && virtualizer.getDistanceFromEnd() > screen;
  if (!isFar && count === 0) return null;
  return (
    <button
      type="button"
      className={count === 0 ? 'jump' : 'jump has-count'}
      aria-label={count === 0 ? 'Jump to latest' : `Jump to latest, ${count} new`}
      onClick={() => void onJump()}
    >
      <Icon name="arrowdown" />
      {count > 0 && (
        <>
          Latest<span className="badge">{count}</span>
        </>
      )}
    </button>
  );
}

/** How many messages of others came since the end was last on the screen. */
function useUnseen(rows: readonly LogRow[], isAtEnd: boolean): number {
  const lastKey = rows.at(-1)?.key;
  const [seenKey, setSeenKey] = useState(lastKey);
  if (isAtEnd && seenKey !== lastKey) setSeenKey(lastKey);
  const seen = rows.findIndex(({ key }) => key === seenKey);
  if (isAtEnd || seen === -1) return 0;
  return rows.slice(seen + 1).filter((row) => row.kind === 'message' && !row.isOwn).length;
}
