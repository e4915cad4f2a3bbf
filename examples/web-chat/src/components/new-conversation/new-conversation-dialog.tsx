import { useState } from 'react';
import { Dialog } from '../shared/dialog.js';
import { Icon } from '../shared/icon.js';
import { Segments } from '../shared/segments.js';
import { DirectForm } from './direct-form.js';
import { GroupForm } from './group-form.js';

const kinds = [
  { value: 'direct', label: 'Direct' },
  { value: 'group', label: 'Group' },
] as const;

export interface NewConversationDialogProps {
  readonly onClose: () => void;
  readonly onCreated: (conversationId: string) => void;
}

/** Starts a conversation with one person, or a group. */
export function NewConversationDialog({ onClose, onCreated }: NewConversationDialogProps) {
  const [kind, setKind] = useState<'direct' | 'group'>('direct');
  const [isFailed, setFailed] = useState(false);
  const [isBusy, setBusy] = useState(false);

  async function create(make: () => Promise<string>): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    setFailed(false);
    try {
      onCreated(await make());
    } catch {
      // Whatever the reason, nothing was made and the choice is still there.
      setFailed(true);
      setBusy(false);
    }
  }

  const onCreate = (make: () => Promise<string>) => void create(make);
  return (
    <Dialog title="New conversation" onClose={onClose}>
      <Segments label="Kind" options={kinds} value={kind} onChange={setKind} />
      {kind === 'direct' ? (
        <DirectForm onCreate={onCreate} />
      ) : (
        <GroupForm onCreate={onCreate} onClose={onClose} />
      )}
      {isFailed && (
        <p className="help error">
          <Icon name="alert" isSmall />
          The conversation could not be made. Try again.
        </p>
      )}
    </Dialog>
  );
}
