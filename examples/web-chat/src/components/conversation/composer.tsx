import { limits } from '@parley/client-sdk';
import { useConnection } from '@parley/react-hooks';
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { countCodePoints, counted, formatNumber } from '../../text/counts.js';
import { Icon } from '../shared/icon.js';

export interface ComposerProps {
  readonly name: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onSend: (content: string) => void;
}

const countFrom = limits.contentCodePoints - 500;
const maxRows = 12;

/** Enter sends, Shift Enter breaks the line; on touch Enter breaks it. A word being composed is never sent by its Enter. */
export function Composer({ name, text, onText, onSend }: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (matchMedia('(pointer: fine)').matches) field.current?.focus();
  }, []);
  // Counting is for long texts only: no text has more code points than units.
  const length = text.length < countFrom ? 0 : countCodePoints(text);
  const canSend = text.trim() !== '' && length <= limits.contentCodePoints;

  function send(): void {
    if (!canSend) return;
    onSend(text.trim());
    onText('');
    field.current?.focus();
  }

  return (
    <form
      className="composer-wrap"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="composer">
        <div className="composer-row">
          <textarea
            ref={field}
            id="composer"
            className="composer-text"
            aria-label="Message"
            aria-describedby="composer-hint"
            placeholder={`Message ${name}`}
            dir="auto"
            // Where the field cannot grow with its text by itself.
            rows={Math.min(maxRows, text.split('\n').length)}
            value={text}
            onChange={(event) => onText(event.target.value)}
            onKeyDown={(event) => {
              if (!isSendKey(event)) return;
              event.preventDefault();
              send();
            }}
          />
          <button type="submit" className="send" aria-label="Send" disabled={!canSend}>
            <Icon name="send" />
          </button>
        </div>
      </div>
      <ComposerHint length={length} />
    </form>
  );
}

function ComposerHint({ length }: { length: number }) {
  const { status } = useConnection();
  const over = length - limits.contentCodePoints;
  if (over > 0) return <Hint kind="danger">Shorten by {counted(over, 'character', 'characters')}</Hint>;
  if (length >= countFrom)
    return (
      <Hint>
        {counted(length, 'character', 'characters')} of {formatNumber(limits.contentCodePoints)}
      </Hint>
    );
  if (status === 'offline') return <Hint>You are offline. Messages are kept and sent later.</Hint>;
  return <Hint kind="keys">Enter sends, Shift Enter makes a new line</Hint>;
}

function Hint({ kind = 'plain', children }: { kind?: 'plain' | 'danger' | 'keys'; children: ReactNode }) {
  return (
    <p id="composer-hint" className={`composer-hint is-${kind}`}>
      {children}
    </p>
  );
}

function isSendKey(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return false;
  return !matchMedia('(pointer: coarse)').matches;
}
