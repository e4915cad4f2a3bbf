import type { ConnectionState } from '@parley/client-sdk';
import { counted } from '../../text/counts.js';
import type { IconName } from '../shared/icon-shapes.js';

/** What the banner says. One at a time; nothing when all is well. */
export interface BannerState {
  readonly tone: 'plain' | 'warn' | 'bad' | 'good';
  readonly icon: IconName;
  readonly title?: string;
  readonly text: string;
  readonly action?: 'try-now' | 'sign-in' | 'reload';
}

export interface BannerInput {
  readonly connection: ConnectionState;
  /** Messages that wait to be sent. */
  readonly waiting: number;
  readonly nowMs: number;
}

export function bannerOf({ connection, waiting, nowMs }: BannerInput): BannerState | undefined {
  switch (connection.status) {
    case 'idle':
    case 'online':
      return undefined;
    case 'connecting':
      return {
        tone: 'plain',
        icon: 'refresh',
        text: waiting === 0 ? 'Connecting…' : `Connecting… ${waits(waiting)}`,
      };
    case 'offline':
      return { tone: 'warn', icon: 'offline', title: 'You are offline.', text: offlineText(waiting) };
    case 'reconnecting':
      return {
        tone: 'plain',
        icon: 'refresh',
        text: reconnectingText(connection.retryAt - nowMs, waiting),
        action: 'try-now',
      };
    case 'unauthorized':
      return {
        tone: 'bad',
        icon: 'lock',
        title: 'Your session ended.',
        text: signInText(waiting),
        action: 'sign-in',
      };
    case 'closed':
      return closedBanner(connection.reason);
    default:
      return connection satisfies never;
  }
}

export const backOnline: BannerState = {
  tone: 'good',
  icon: 'check',
  text: 'Back online. Everything is sent.',
};

function closedBanner(reason: string): BannerState {
  return reason === 'replaced'
    ? { tone: 'warn', icon: 'info', text: 'This chat went on in another window.' }
    : { tone: 'warn', icon: 'info', text: 'A new version is ready.', action: 'reload' };
}

function offlineText(waiting: number): string {
  if (waiting === 0) return 'Messages are kept and sent later.';
  return `${counted(waiting, 'message waits', 'messages wait')} and will be sent.`;
}

function reconnectingText(ms: number, waiting: number): string {
  const start = `Reconnecting in ${Math.max(1, Math.ceil(ms / 1000))} s.`;
  return waiting === 0 ? start : `${start} ${waits(waiting)}`;
}

function signInText(waiting: number): string {
  return waiting === 0 ? 'Sign in to go on.' : `Sign in to send ${counted(waiting, 'message', 'messages')}.`;
}

function waits(waiting: number): string {
  return `${counted(waiting, 'message waits', 'messages wait')}.`;
}
