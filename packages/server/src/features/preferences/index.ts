import { contracts, ParleyError, type Preferences } from '@parley/protocol';
import { defineFeature } from '../../kernel/define-feature.js';
import { findPreferences, updatePreferences } from './preferences.store.js';

/** What somebody has chosen for themselves. The features it concerns read it from the row of the person. */
export const preferencesFeature = defineFeature(contracts.preferences, {
  handlers: {
    getPreferences: {
      policy: 'user',
      run: async ({ db, actor }) => orEnded(await findPreferences(db, actor)),
    },
    updatePreferences: {
      policy: 'owner',
      entry: 'preferences.updated',
      run: async ({ tx, actor, append }, input) => {
        const before = orEnded(await findPreferences(tx, actor));
        const after = orEnded(await updatePreferences(tx, actor, input));
        if (after.hideReceipts !== before.hideReceipts) await append([]);
        return after;
      },
      repeat: async ({ db, actor }) => orEnded(await findPreferences(db, actor)),
    },
  },
  ownEntries: {
    'preferences.updated': async ({ db, actor }, entries) => {
      const preferences = orEnded(await findPreferences(db, actor));
      return new Map(entries.map(({ seq }) => [seq, { preferences }]));
    },
  },
});

/** A token outlives its user by minutes at most. */
function orEnded(preferences: Preferences | undefined): Preferences {
  if (preferences === undefined) throw new ParleyError('session_revoked');
  return preferences;
}
