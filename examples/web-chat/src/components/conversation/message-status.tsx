import { useConnection } from '@parley/react-hooks';
import { useDelayed } from '../../hooks/use-delayed.js';
import type { MessageRow } from '../../store/log-rows.js';
import type { SendFailure } from '../../store/send-failure.js';
import { clockTime } from '../../text/times.js';
import { Icon } from '../shared/icon.js';
import type { IconName } from '../shared/icon-shapes.js';

const sendingAfterMs = 400;

export interface MessageActions {
  readonly onRetry: () => void;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

/** True for a message whose sending takes long enough to be told. */
export function useIsLate({ delivery }: MessageRow): boolean {
  return useDelayed(delivery.status === 'waiting', sendingAfterMs);
}

/** The line under a message. It has its height from the first moment, so nothing moves while its words change. */
export function MessageStatus({
  row,
  isLate,
  actions,
}: {
  row: MessageRow;
  isLate: boolean;
  actions: MessageActions;
}) {
  const isOnline = useConnection().status === 'online';
  const { delivery, at, content } = row;
  if (delivery.status === 'failed')
    return <Failed failure={delivery.failure} content={content} actions={actions} />;
  if (delivery.status === 'waiting' && isLate)
    return isOnline ? <State icon="sending" text="Sending" /> : <State icon="clock" text="Waiting to send" />;
  return (
    <footer className="msg-foot">
      <time dateTime={at}>{clockTime(at)}</time>
      {delivery.status === 'sent' && (
        <>
          <span aria-hidden="true">·</span>
          <Icon name="check" isSmall />
          <span>Sent</span>
        </>
      )}
    </footer>
  );
}

function State({ icon, text }: { icon: IconName; text: string }) {
  return (
    <footer className="msg-foot">
      <Icon name={icon} isSmall />
      <span>{text}</span>
    </footer>
  );
}

const words = { retry: 'Try again', copy: 'Copy text', edit: 'Edit' } as const;

function Failed({
  failure,
  content,
  actions,
}: {
  failure: SendFailure;
  content: string;
  actions: MessageActions;
}) {
  const run = {
    retry: actions.onRetry,
    edit: actions.onEdit,
    copy: () => void navigator.clipboard?.writeText(content),
  };
  return (
    <footer className="msg-foot">
      <span className="is-failed">
        <Icon name="alert" isSmall />
        Not sent. {failure.reason}
      </span>
      <button type="button" className="text-button" onClick={run[failure.action]}>
        {words[failure.action]}
      </button>
      <span aria-hidden="true">·</span>
      <button type="button" className="text-button danger" onClick={actions.onDelete}>
        Delete
      </button>
    </footer>
  );
}
