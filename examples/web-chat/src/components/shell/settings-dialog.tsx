import { useState } from 'react';
import { useChatSession, useChatState } from '../../hooks/store-context.js';
import { type Theme, themes, useTheme } from '../../hooks/use-theme.js';
import { countUnsent } from '../../store/chat-state.js';
import { counted } from '../../text/counts.js';
import { Dialog } from '../shared/dialog.js';
import { Segments } from '../shared/segments.js';

const labels: Record<Theme, string> = { light: 'Light', dark: 'Dark', system: 'System' };
const options = themes.map((value) => ({ value, label: labels[value] }));

export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const [theme, setTheme] = useTheme();
  const { signOut } = useChatSession();
  const unsent = useChatState(countUnsent);
  const [isAsking, setAsking] = useState(false);
  if (isAsking) return <ConfirmSignOut unsent={unsent} onClose={onClose} />;
  return (
    <Dialog title="Settings" onClose={onClose}>
      <div className="setting">
        <span className="grow" aria-hidden="true">
          Theme
        </span>
        <Segments label="Theme" options={options} value={theme} onChange={setTheme} />
      </div>
      <div className="divider" />
      <div className="setting">
        <span className="grow">This device</span>
        <button
          type="button"
          className="button secondary"
          onClick={() => (unsent === 0 ? signOut() : setAsking(true))}
        >
          Sign out
        </button>
      </div>
    </Dialog>
  );
}

function ConfirmSignOut({ unsent, onClose }: { unsent: number; onClose: () => void }) {
  const { signOut } = useChatSession();
  const what = counted(unsent, 'message is not sent yet. It', 'messages are not sent yet. They');
  return (
    <Dialog title="Sign out?" onClose={onClose}>
      <p>{what} will be lost.</p>
      <div className="dialog-actions">
        <button type="button" className="button secondary" onClick={onClose}>
          Send first
        </button>
        <button type="button" className="button danger" onClick={signOut}>
          Sign out
        </button>
      </div>
    </Dialog>
  );
}
