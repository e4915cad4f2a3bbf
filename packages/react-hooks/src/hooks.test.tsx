// @vitest-environment happy-dom
import type { ChatClient, ClientEvents, ConnectionState } from '@parley/client-sdk';
import { act, cleanup, render, screen } from '@testing-library/react';
import { StrictMode, useState } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { ChatProvider, useChatClient } from './provider.js';
import { useChatEvent } from './use-chat-event.js';
import { useConnection } from './use-connection.js';

/** The part of a client the hooks use, driven by the test. */
function fakeClient() {
  let state: ConnectionState = { status: 'idle' };
  const watchers = new Set<() => void>();
  const listeners = new Set<(event: never) => void>();
  const part: Pick<ChatClient, 'connection' | 'on'> = {
    connection: {
      getSnapshot: () => state,
      subscribe: (listener) => {
        watchers.add(listener);
        return () => void watchers.delete(listener);
      },
    },
    on: (_kind, listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return {
    // The hooks under test touch nothing else.
    client: part as ChatClient,
    listeners,
    watchers,
    set: (next: ConnectionState) => {
      state = next;
      for (const watcher of watchers) watcher();
    },
    emit: (event: ClientEvents['conversation.changed']) => {
      for (const listener of listeners) listener(event as never);
    },
  };
}

function Status() {
  return <p>{useConnection().status}</p>;
}

function Listener({ hear }: { readonly hear: (line: string) => void }) {
  const [count, setCount] = useState(0);
  useConnection();
  useChatEvent('conversation.changed', ({ seq }) => hear(`${count}:${seq}`));
  return (
    <button type="button" onClick={() => setCount(count + 1)}>
      raise
    </button>
  );
}

function Orphan() {
  useChatClient();
  return null;
}

afterEach(cleanup);

describe('the hooks', () => {
  it('show the state of the connection and every change of it', () => {
    const { client, set } = fakeClient();
    render(
      <ChatProvider client={client}>
        <Status />
      </ChatProvider>,
    );
    expect(screen.getByText('idle')).toBeDefined();
    act(() => set({ status: 'connecting', attempt: 1 }));
    expect(screen.getByText('connecting')).toBeDefined();
  });

  it('call the latest callback of an event, and leave nothing behind, in StrictMode too', () => {
    const { client, listeners, watchers, emit } = fakeClient();
    const heard: string[] = [];
    const { unmount } = render(
      <StrictMode>
        <ChatProvider client={client}>
          <Listener hear={(line) => heard.push(line)} />
        </ChatProvider>
      </StrictMode>,
    );
    const event = { conversationId: 'c', seq: 1 } as ClientEvents['conversation.changed'];
    act(() => emit(event));
    act(() => screen.getByRole('button').click());
    act(() => emit({ ...event, seq: 2 }));
    expect(heard).toEqual(['0:1', '1:2']);
    unmount();
    expect([listeners.size, watchers.size]).toEqual([0, 0]);
  });

  it('say what is missing when there is no provider', () => {
    expect(() => render(<Orphan />)).toThrow('<ChatProvider client={client}>');
  });
});
