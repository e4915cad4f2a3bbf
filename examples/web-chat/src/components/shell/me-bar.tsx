import type { Me } from '@parley/client-sdk';
import { useState } from 'react';
import { Icon } from '../shared/icon.js';
import { Portrait } from '../shared/portrait.js';
import { SettingsDialog } from './settings-dialog.js';

/** Who is signed in, and the way to the settings. */
export function MeBar({ me }: { me: Me }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <footer className="me-bar">
      <Portrait user={me} size="s32" />
      <div className="grow">
        <div className="me-name truncate">
          <bdi>{me.displayName}</bdi>
        </div>
        <div className="bar-sub truncate">
          <bdi>@{me.username}</bdi>
        </div>
      </div>
      <button type="button" className="icon-button" aria-label="Settings" onClick={() => setOpen(true)}>
        <Icon name="gear" />
      </button>
      {isOpen && <SettingsDialog onClose={() => setOpen(false)} />}
    </footer>
  );
}
