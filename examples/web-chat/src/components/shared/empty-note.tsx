import type { ReactNode } from 'react';
import { Icon } from './icon.js';
import type { IconName } from './icon-shapes.js';

export interface EmptyNoteProps {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly isBad?: boolean;
  /** The one thing to do about it. */
  readonly children?: ReactNode;
}

/** Where there is nothing to show: why, and the way on. */
export function EmptyNote({ icon, title, text, isBad = false, children }: EmptyNoteProps) {
  return (
    <div className="empty">
      <span className={isBad ? 'empty-art is-bad' : 'empty-art'}>
        <Icon name={icon} />
      </span>
      <h2 className="empty-title">{title}</h2>
      <p>{text}</p>
      {children}
    </div>
  );
}
