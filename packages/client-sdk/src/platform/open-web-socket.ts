import type { Socket, SocketHandlers } from './platform.js';

/**
 * Wraps a WebSocket so that nothing is heard of it after it was closed from this side.
 *
 * @param end  ends the connection; where the surrounding can, without waiting for a peer that may be dead
 */
export function openWebSocket(
  socket: WebSocket,
  handlers: SocketHandlers,
  end: () => void = () => socket.close(1000),
): Socket {
  let isOurs = true;
  socket.addEventListener('open', () => {
    if (isOurs) handlers.opened();
  });
  socket.addEventListener('message', ({ data }) => {
    if (isOurs && typeof data === 'string') handlers.received(data);
  });
  socket.addEventListener('close', ({ code, reason }) => {
    if (isOurs) handlers.closed(code, reason);
  });
  // Says nothing a page may know; `close` follows. Without a listener the `ws` package would throw.
  socket.addEventListener('error', () => {});
  return {
    send: (text) => socket.send(text),
    close: () => {
      isOurs = false;
      end();
    },
  };
}
