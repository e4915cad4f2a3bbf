import type { AuthState, BuiltInAuth } from '@parley/client-sdk';
import { useState } from 'react';
import { listHref } from './use-route.js';

const endedNotice = 'Your session ended. Sign in to go on; messages that were not sent are kept.';

/** Signing out, and the sentence for those whose session ended without it. */
export function useSignOut(auth: BuiltInAuth, state: AuthState) {
  const [known, setKnown] = useState(state.status);
  const [isAsked, setAsked] = useState(false);
  const [notice, setNotice] = useState<string>();
  if (known !== state.status) {
    setKnown(state.status);
    setNotice(state.status === 'signed-out' && !isAsked ? endedNotice : undefined);
    setAsked(false);
  }
  return {
    notice,
    signOut: () => {
      setAsked(true);
      // Whoever signs in next begins at their own list.
      location.hash = listHref;
      // Here the session is over at once; a server that could not be told ends it when its time is up.
      auth.logout().catch(() => undefined);
    },
  };
}
