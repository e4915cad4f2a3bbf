/** What somebody has chosen for themselves. */
import type { HandlersOf, World } from '../world.js';
import { requirePerson, runOwn } from './own-log.js';

export function createPreferences(world: World): HandlersOf<'preferences'> {
  return {
    getPreferences: ({ actor }) => ({ hideReceipts: requirePerson(world, actor).hideReceipts }),
    updatePreferences: ({ input: { hideReceipts }, actor, opId }) => {
      const carryOut = (person: ReturnType<typeof requirePerson>) => {
        if (hideReceipts === undefined || hideReceipts === person.hideReceipts) return undefined;
        person.hideReceipts = hideReceipts;
        return null;
      };
      runOwn(world, { actor, opId, kind: 'preferences.updated', carryOut });
      return { hideReceipts: requirePerson(world, actor).hideReceipts };
    },
  };
}
