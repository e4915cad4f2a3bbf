import type { BuiltInAuth } from '@parley/client-sdk';
import { useId, useRef, useState } from 'react';
import { Icon } from '../shared/icon.js';
import { TextField } from '../shared/text-field.js';
import { type AuthFailure, toAuthFailure } from './auth-failure.js';

export type SignInMode = 'sign-in' | 'register';

const words = {
  'sign-in': { title: 'Sign in', submit: 'Sign in', autoComplete: 'current-password' },
  register: { title: 'Create an account', submit: 'Create account', autoComplete: 'new-password' },
} as const;

/** Signs in with an account of the server, or makes one. Success shows in the session, so nothing is called back. */
export function SignInForm({ auth, mode }: { auth: BuiltInAuth; mode: SignInMode }) {
  const [failure, setFailure] = useState<AuthFailure>();
  const [isBusy, setBusy] = useState(false);
  const titleId = useId();
  const form = useRef<HTMLFormElement>(null);
  const { title, submit, autoComplete } = words[mode];
  const errorOf = (field: AuthFailure['field']) => (failure?.field === field ? failure.text : undefined);

  async function send(data: FormData): Promise<void> {
    setBusy(true);
    setFailure(undefined);
    try {
      await (mode === 'sign-in' ? auth.login(readLogin(data)) : auth.register(readRegistration(data)));
    } catch (error) {
      const next = toAuthFailure(error);
      setFailure(next);
      setBusy(false);
      // The field is read with what is wrong about it.
      field(form.current, next.field)?.focus();
    }
  }

  return (
    <form
      ref={form}
      className="sign-in-card"
      aria-labelledby={titleId}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy) void send(new FormData(event.currentTarget));
      }}
    >
      <h2 id={titleId}>{title}</h2>
      <TextField
        label="Username"
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        error={errorOf('username')}
      />
      {mode === 'register' && (
        <TextField
          label="Name people see"
          name="displayName"
          autoComplete="name"
          error={errorOf('displayName')}
        />
      )}
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete={autoComplete}
        required
        error={errorOf('password')}
        {...(mode === 'register' && { help: 'At least 12 characters.', minLength: 12 })}
      />
      {failure?.field === 'form' && (
        <p className="help error" role="alert">
          <Icon name="alert" isSmall />
          {failure.text}
        </p>
      )}
      <button type="submit" className="button primary" aria-disabled={isBusy}>
        {submit}
      </button>
    </form>
  );
}

function field(form: HTMLFormElement | null, name: AuthFailure['field']): HTMLElement | null {
  return form?.querySelector<HTMLElement>(`[name="${name}"]`) ?? null;
}

function readLogin(form: FormData) {
  return { login: textOf(form, 'username').trim(), password: textOf(form, 'password') };
}

function readRegistration(form: FormData) {
  const displayName = textOf(form, 'displayName').trim();
  return {
    username: textOf(form, 'username').trim(),
    password: textOf(form, 'password'),
    ...(displayName !== '' && { displayName }),
  };
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}
