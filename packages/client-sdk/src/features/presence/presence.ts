import type { Input, OwnPresence, Presence } from '@parley/protocol/wire';
import type { Call } from '../../call.js';
import type { CallOptions } from '../../http.js';

export interface PresenceApi {
  /**
   * Replaces the people whose coming and going is told as `presence.changed`, at most 500, and resolves with how they are now. It holds over lost
   * connections: after each one `presence.changed` tells how they all are. People who share no conversation with you are always offline.
   */
  readonly watch: (userIds: readonly string[], options?: CallOptions) => Promise<Presence[]>;
  /** How some people are now, without watching them. */
  readonly list: (userIds: readonly string[], options?: CallOptions) => Promise<Presence[]>;
  /** How you want to be seen, and what you say of yourself. It stays until you choose something else. */
  readonly set: (input: Input<'setPresence'>, options?: CallOptions) => Promise<OwnPresence>;
  readonly own: (options?: CallOptions) => Promise<OwnPresence>;
}

/** With what the client calls at every welcome. */
export interface PresenceFeature {
  readonly api: PresenceApi;
  readonly resume: () => void;
}

export interface PresenceOptions {
  readonly call: Call;
  readonly emit: (items: Presence[]) => void;
}

export function createPresence({ call, emit }: PresenceOptions): PresenceFeature {
  let watched: string[] = [];
  const ask = async (userIds: string[], options?: CallOptions): Promise<Presence[]> =>
    (await call('watchPresence', { userIds }, options)).items;
  return {
    api: {
      watch: async (userIds, options) => {
        watched = [...userIds];
        return ask(watched, options);
      },
      list: async (userIds, options) => {
        if (userIds.length === 0) return [];
        return (await call('listPresence', { ids: userIds.join(',') }, options)).items;
      },
      set: (input, options) => call('setPresence', input, options),
      own: (options) => call('getOwnPresence', {}, options),
    },
    resume: () => {
      const asked = watched;
      if (asked.length === 0) return;
      // A turn later the socket that welcomed us is the one in use. A refusal would have been the answer to `watch` too; the next connection asks again.
      Promise.resolve()
        .then(() => ask(asked))
        .then(
          (items) => {
            if (asked === watched) emit(items);
          },
          () => {},
        );
    },
  };
}
