import {
  type BuiltInAuth,
  type ChatClient,
  createChatClient,
  indexedDbStorage,
  type Me,
} from '@parley/client-sdk';
import { useEffect, useEffectEvent, useState } from 'react';
import { addUsers } from '../store/chat-state.js';
import { ChatStore } from '../store/chat-store.js';
import { createDrafts } from '../store/drafts.js';
import { safeSessionStorage } from '../store/safe-storage.js';
import { createAnnouncer } from '../text/announcer.js';
import type { ChatSession } from './store-context.js';

export interface StartChatOptions {
  readonly auth: BuiltInAuth;
  readonly url: string;
  readonly me: Me;
  readonly signOut: () => void;
  /** Takes what the live region says. */
  readonly say: (sentence: string) => void;
}

export interface RunningChat {
  readonly client: ChatClient;
  readonly session: ChatSession;
}

/** Connects for as long as the component is on the screen. Undefined before the first paint only. */
export function useStartChat(options: StartChatOptions): RunningChat | undefined {
  const [chat, setChat] = useState<RunningChat>();
  const begin = useEffectEvent(() => start(options));
  useEffect(() => {
    const { running, stop } = begin();
    setChat(running);
    return stop;
  }, []);
  return chat;
}

function start({ auth, url, me, signOut, say }: StartChatOptions) {
  const client = createChatClient({
    url,
    getToken: auth.getToken,
    clientName: 'web-chat',
    storage: indexedDbStorage(),
    user: { id: me.id },
  });
  const storage = safeSessionStorage();
  const announcer = createAnnouncer(say);
  const store = new ChatStore({
    client,
    meId: me.id,
    now: () => new Date(),
    onFailed: (_, { reason }) => announcer.tell(`Not sent: ${reason}`),
  });
  store.state.update((state) => addUsers(state, [me]));
  client.connect();
  store.start();
  const session: ChatSession = {
    store,
    announcer,
    drafts: createDrafts(storage, me.id),
    signOut: () => {
      store.sending.discardAll();
      signOut();
    },
    signInAgain: signOut,
  };
  const stop = () => {
    store.stop();
    announcer.stop();
    client.close();
  };
  return { running: { client, session }, stop };
}
