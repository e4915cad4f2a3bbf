import { Component, type ReactNode } from 'react';
import { EmptyNote } from './empty-note.js';

interface State {
  readonly error: unknown;
}

/** The page for what nobody foresaw. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return (
      <main>
        <EmptyNote
          icon="alert"
          isBad
          title="This page stopped working"
          text="Your unsent messages are safe in this tab. Reload to go on."
        >
          <button type="button" className="button primary" onClick={() => location.reload()}>
            Reload
          </button>
        </EmptyNote>
      </main>
    );
  }
}
