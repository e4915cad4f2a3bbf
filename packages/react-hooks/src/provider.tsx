import type { ChatClient } from '@parley/client-sdk';
import { createContext, type ReactNode, useContext } from 'react';

const ClientContext = createContext<ChatClient | undefined>(undefined);

export interface ChatProviderProps {
  /** Made, connected and closed by the application: a provider never builds one in silence. */
  readonly client: ChatClient;
  readonly children?: ReactNode;
}

/** Gives a client to the hooks below it. */
export function ChatProvider({ client, children }: ChatProviderProps) {
  return <ClientContext.Provider value={client}>{children}</ClientContext.Provider>;
}

/** The client of the provider above. @throws {Error} there is none */
export function useChatClient(): ChatClient {
  const client = useContext(ClientContext);
  if (client === undefined)
    throw new Error('Put a <ChatProvider client={client}> above the component that uses this hook.');
  return client;
}
