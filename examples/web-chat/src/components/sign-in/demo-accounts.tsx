import type { BuiltInAuth } from '@parley/client-sdk';
import { useState } from 'react';
import { type DemoAccount, demoPortrait, useDemoAccounts } from '../../demo/demo-accounts.js';
import { toAuthFailure } from './auth-failure.js';

/** The people of a demo server, each one press away. */
export function DemoAccounts({ auth }: { auth: BuiltInAuth }) {
  const accounts = useDemoAccounts();
  const [failure, setFailure] = useState<string>();
  if (accounts.length === 0) return null;

  async function enter({ username, password }: DemoAccount): Promise<void> {
    try {
      await auth.login({ login: username, password });
    } catch (error) {
      setFailure(toAuthFailure(error).text);
    }
  }

  return (
    <section className="demo" aria-labelledby="demo-title">
      <h2 id="demo-title" className="demo-title">
        Or try the demo as
      </h2>
      <ul className="demo-list">
        {accounts.map((account) => (
          <li key={account.username}>
            <button type="button" className="demo-account" onClick={() => void enter(account)}>
              <img className="avatar" src={demoPortrait(account.username)} alt="" />
              <bdi>{account.displayName}</bdi>
            </button>
          </li>
        ))}
      </ul>
      {failure !== undefined && <p className="help error">{failure}</p>}
    </section>
  );
}
