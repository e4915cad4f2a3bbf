import type { BuiltInAuth } from '@parley/client-sdk';
import { useAuth } from '@parley/react-hooks';
import { useEffect, useState } from 'react';
import { ChatApp } from './components/chat-app.js';
import { ErrorBoundary } from './components/shared/error-boundary.js';
import { SignInPage } from './components/sign-in/sign-in-page.js';
import { type DemoAccount, DemoAccountsProvider, loadDemoAccounts } from './demo/demo-accounts.js';
import { useSignOut } from './hooks/use-sign-out.js';

export interface AppProps {
  readonly auth: BuiltInAuth;
  /** Of the server. */
  readonly url: string;
}

/** Sign-in, or the chat of whoever is signed in. */
export function App({ auth, url }: AppProps) {
  const state = useAuth(auth);
  const demoAccounts = useLoadedDemoAccounts();
  const { signOut, notice } = useSignOut(auth, state);
  return (
    <ErrorBoundary>
      <DemoAccountsProvider value={demoAccounts}>
        {state.status === 'signed-in' ? (
          <ChatApp key={state.user.id} auth={auth} url={url} me={state.user} signOut={signOut} />
        ) : (
          <SignInPage auth={auth} notice={notice} />
        )}
      </DemoAccountsProvider>
    </ErrorBoundary>
  );
}

function useLoadedDemoAccounts(): readonly DemoAccount[] {
  const [accounts, setAccounts] = useState<readonly DemoAccount[]>([]);
  useEffect(() => {
    let isCurrent = true;
    void loadDemoAccounts().then((loaded) => isCurrent && setAccounts(loaded));
    return () => {
      isCurrent = false;
    };
  }, []);
  return accounts;
}
