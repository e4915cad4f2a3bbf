import * as z from 'zod';
import { command, defineContract, query } from '../define.js';

/** What somebody has chosen for themselves. Nobody else gets it. */
export const Preferences = z.object({
  /** Others do not learn how far they have read and received, and they do not learn it of others. */
  hideReceipts: z.boolean(),
});
export type Preferences = z.output<typeof Preferences>;

export const preferencesContract = defineContract('preferences', {
  operations: {
    getPreferences: query({
      rest: 'GET /v1/users/me/preferences',
      summary: 'What you have chosen for yourself.',
      input: z.strictObject({}),
      output: Preferences,
    }),
    updatePreferences: command({
      rest: 'PATCH /v1/users/me/preferences',
      summary: 'Changes what is given and answers with all of it.',
      repeats: 'key',
      input: z.strictObject({ hideReceipts: z.boolean().optional() }),
      output: Preferences,
      errors: ['id_conflict'],
    }),
  },
  events: {},
  ownEvents: { 'preferences.updated': z.object({ preferences: Preferences }) },
});
