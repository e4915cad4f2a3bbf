import { type InputHTMLAttributes, useId } from 'react';
import { Icon } from './icon.js';

type TextFieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'id' | 'className'> & {
  readonly label: string;
  readonly help?: string;
  readonly error?: string | undefined;
};

/** A labelled field with a hint or what is wrong under it. */
export function TextField({ label, help, error, ...input }: TextFieldProps) {
  const id = useId();
  const hasNote = help !== undefined || error !== undefined;
  return (
    <div className="field">
      <label className="label" htmlFor={id}>
        {label}
      </label>
      <input
        {...input}
        id={id}
        className="input"
        aria-invalid={error !== undefined}
        aria-describedby={hasNote ? `${id}-note` : undefined}
      />
      {hasNote && (
        <p
          id={`${id}-note`}
          className={error === undefined ? 'help' : 'help error'}
          role={error === undefined ? undefined : 'alert'}
        >
          {error !== undefined && <Icon name="alert" isSmall />}
          {error ?? help}
        </p>
      )}
    </div>
  );
}
