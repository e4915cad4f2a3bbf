import NodeWebSocket from 'ws';
import { commonPlatform } from './common-platform.js';
import { openWebSocket } from './open-web-socket.js';
import type { Platform } from './platform.js';

/** Node: sockets from the `ws` package, because Node 20 has none of its own. */
export function nodePlatform(): Platform {
  return {
    ...commonPlatform(),
    openSocket: (url, handlers) => {
      const socket = new NodeWebSocket(url, { perMessageDeflate: false });
      // The package implements the browser's interface; its types only spell the event classes in their own way.
      return openWebSocket(socket as unknown as WebSocket, handlers, () => socket.terminate());
    },
  };
}
