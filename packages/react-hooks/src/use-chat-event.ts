import type { ClientEvents } from '@parley/client-sdk';
import { useEffect, useRef } from 'react';
import { useChatClient } from './provider.js';

/** Listens while the component is mounted. Always the latest callback is called, so it sees the latest props and state. */
export function useChatEvent<Kind extends keyof ClientEvents & string>(
  kind: Kind,
  callback: (event: ClientEvents[Kind]) => void,
): void {
  const client = useChatClient();
  const latest = useRef(callback);
  useEffect(() => {
    latest.current = callback;
  });
  useEffect(() => client.on(kind, (event) => latest.current(event)), [client, kind]);
}
