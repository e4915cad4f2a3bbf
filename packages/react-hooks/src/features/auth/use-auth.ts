import type { AuthState, BuiltInAuth } from '@parley/client-sdk';
import { useView } from '../../use-view.js';

/** Who is signed in with the accounts of the Parley server, in this tab and every other. */
export function useAuth(auth: BuiltInAuth): AuthState {
  return useView(auth.session);
}
