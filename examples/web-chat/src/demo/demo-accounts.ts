import type { User } from '@parley/client-sdk';
import { createContext, useContext } from 'react';

/** An account a demo server offers on its sign-in page. */
export interface DemoAccount {
  readonly username: string;
  readonly password: string;
  readonly displayName: string;
}

/** The demo accounts of this server; none where it is not a demo. */
export async function loadDemoAccounts(): Promise<readonly DemoAccount[]> {
  try {
    const response = await fetch('/demo.json');
    if (response.status !== 200) return [];
    return parse(await response.json());
  } catch {
    // Not reachable, or not JSON: the sign-in form serves without.
    return [];
  }
}

const DemoContext = createContext<readonly DemoAccount[]>([]);

export const DemoAccountsProvider = DemoContext.Provider;

export function useDemoAccounts(): readonly DemoAccount[] {
  return useContext(DemoContext);
}

/** A picture of the person: their own, or on a demo server the one drawn for the demo's people. */
export function usePortrait(user: User | undefined): string | undefined {
  const isDemo = useDemoAccounts().some(({ username }) => username === user?.username);
  return user?.avatarUrl ?? (isDemo && user !== undefined ? demoPortrait(user.username) : undefined);
}

export function demoPortrait(username: string): string {
  return `/people/${username}.svg`;
}

function parse(body: unknown): readonly DemoAccount[] {
  if (typeof body !== 'object' || body === null || !('accounts' in body) || !Array.isArray(body.accounts))
    return [];
  return body.accounts.filter(isAccount);
}

function isAccount(value: unknown): value is DemoAccount {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Partial<Record<string, unknown>> = { ...value };
  return ['username', 'password', 'displayName'].every((name) => typeof fields[name] === 'string');
}
