import type { ConversationSummary } from '@parley/client-sdk';
import { useCallback, useLayoutEffect, useRef } from 'react';
import { useChatSession } from '../../hooks/store-context.js';
import { useRows, useWindow } from '../../hooks/use-conversation.js';
import { useNow } from '../../hooks/use-now.js';
import type { LogRow } from '../../store/log-rows.js';
import { hasNewer } from '../../store/message-window.js';
import { dayLabel } from '../../text/times.js';
import { DayPill } from './day-pill.js';
import { JumpButton } from './jump-button.js';
import { MessageItem } from './message-item.js';
import { useLogKeys } from './use-log-keys.js';
import { useLogPages } from './use-log-pages.js';
import { useLogScroll } from './use-log-scroll.js';

export interface MessageLogProps {
  readonly conversation: ConversationSummary;
  readonly title: string;
  /** Takes the text of a failed message back for changing. */
  readonly onEdit: (content: string) => void;
}

const minuteMs = 60_000;

export function MessageLog({ conversation, title, onEdit }: MessageLogProps) {
  const { id } = conversation;
  const rows = useRows(id);
  const window = useWindow(id);
  const { history } = useChatSession().store;
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow(minuteMs);
  const keys = useLogKeys(rows, scroller);
  const virtualizer = useLogScroll({
    rows,
    scroller,
    isLoaded: window.status === 'ready',
    keptIndex: keys.stopIndex,
  });
  useLogPages({ conversationId: id, window, virtualizer });
  const latestEdit = useStable(onEdit);
  return (
    <>
      <div
        ref={scroller}
        className="log-scroll"
        role="log"
        aria-live="off"
        aria-label={title}
        onKeyDown={keys.onKeyDown(virtualizer)}
        onFocus={keys.onFocus}
      >
        <div className="log-rows" style={{ blockSize: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ key, index, start }) => (
            <div
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              className="log-row"
              style={{ transform: `translateY(${start}px)` }}
            >
              <Row
                row={rows[index]}
                conversation={conversation}
                isStop={index === keys.stopIndex}
                now={now}
                onEdit={latestEdit}
              />
            </div>
          ))}
        </div>
      </div>
      {window.older === 'failed' && <OlderFailed onRetry={() => void history.loadOlder(id)} />}
      <DayPill rows={rows} virtualizer={virtualizer} now={now} />
      <JumpButton
        rows={rows}
        virtualizer={virtualizer}
        onJump={async () => {
          if (hasNewer(window)) await history.loadLatest(id);
          virtualizer.scrollToEnd();
        }}
      />
    </>
  );
}

interface RowProps {
  readonly row: LogRow | undefined;
  readonly conversation: ConversationSummary;
  readonly isStop: boolean;
  readonly now: Date;
  readonly onEdit: (content: string) => void;
}

function Row({ row, conversation, isStop, now, onEdit }: RowProps) {
  if (row === undefined) return null;
  if (row.kind === 'day') return <div className="day">{dayLabel(row.at, now)}</div>;
  return (
    <MessageItem
      row={row}
      conversationId={conversation.id}
      isDirect={conversation.type === 'direct'}
      isStop={isStop}
      onEdit={onEdit}
    />
  );
}

function OlderFailed({ onRetry }: { onRetry: () => void }) {
  return (
    <p className="edge-note">
      Older messages could not be loaded.{' '}
      <button type="button" className="text-button" onClick={onRetry}>
        Try again
      </button>
    </p>
  );
}

/** One function for the life of the component that calls the latest one given. */
function useStable<T>(callback: (value: T) => void): (value: T) => void {
  const latest = useRef(callback);
  useLayoutEffect(() => {
    latest.current = callback;
  });
  return useCallback((value: T) => latest.current(value), []);
}
