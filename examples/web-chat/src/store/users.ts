import type { ChatContext } from './chat-context.js';
import { addUsers } from './chat-state.js';

/** Fetches profiles that events name and nothing has brought along, each once. */
export function createUserLoader({ client, state }: ChatContext): {
  readonly ensure: (ids: readonly string[]) => void;
} {
  const asked = new Set<string>();
  async function load(userId: string): Promise<void> {
    try {
      const user = await client.users.get({ userId });
      state.update((value) => addUsers(value, [user]));
    } catch {
      // The name stays unknown until something else brings it; the next mention asks again.
      asked.delete(userId);
    }
  }
  return {
    ensure(ids) {
      for (const id of ids) {
        if (asked.has(id) || state.getSnapshot().users.has(id)) continue;
        asked.add(id);
        void load(id);
      }
    },
  };
}
