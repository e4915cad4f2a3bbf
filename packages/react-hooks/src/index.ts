export { useAuth } from './features/auth/use-auth.js';
export { ChatProvider, type ChatProviderProps, useChatClient } from './provider.js';
export { useChatEvent } from './use-chat-event.js';
export { useConnection } from './use-connection.js';
export { useView } from './use-view.js';
