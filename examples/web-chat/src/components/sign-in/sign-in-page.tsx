import type { BuiltInAuth } from '@parley/client-sdk';
import { useState } from 'react';
import { Icon } from '../shared/icon.js';
import { DemoAccounts } from './demo-accounts.js';
import { SignInForm, type SignInMode } from './sign-in-form.js';

export interface SignInPageProps {
  readonly auth: BuiltInAuth;
  /** Why the person is here again; nothing where they signed out themselves. */
  readonly notice: string | undefined;
}

export function SignInPage({ auth, notice }: SignInPageProps) {
  const [mode, setMode] = useState<SignInMode>('sign-in');
  const isSignIn = mode === 'sign-in';
  return (
    <main className="sign-in">
      <div className="sign-in-mark">
        <img src="/logo.svg" alt="" />
        <h1>Parley</h1>
      </div>
      {notice !== undefined && (
        <p className="sign-in-notice" role="status">
          <Icon name="lock" />
          {notice}
        </p>
      )}
      <SignInForm key={mode} auth={auth} mode={mode} />
      <p className="sign-in-switch">
        <span>{isSignIn ? 'New here?' : 'You have an account?'}</span>
        <button
          type="button"
          className="text-button"
          onClick={() => setMode(isSignIn ? 'register' : 'sign-in')}
        >
          {isSignIn ? 'Create an account' : 'Go to sign-in'}
        </button>
      </p>
      {isSignIn && <DemoAccounts auth={auth} />}
    </main>
  );
}
