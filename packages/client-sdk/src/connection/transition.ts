/**
 * The connection as a pure machine: `(machine, input) -> [machine, effects]`.
 *
 *   idle --connect--> connecting --welcome--> online
 *                        |  ^                    |
 *                      lost |retry, online,    lost, silent
 *                        v  |visible, connect    v
 *                 reconnecting <--> offline   (the same two)
 *
 *   lost with a close code whose rule is `never`: unauthorized (401-like; after one more attempt with a new token) or closed
 *   lost with `focus` (another tab took over): closed 'replaced', back to connecting when the page is looked at
 *   close: closed, from anywhere, for good
 *
 * Attempts are counted until the connection was calm for 30 s, so a server that accepts and drops is not stormed.
 */
import { closeCodes, closeName, type UserId } from '@parley/protocol/wire';
import { backoffMs } from '../lib/backoff.js';
import type { CloseReason, ConnectionState } from './connection-state.js';

export interface Machine {
  readonly state: ConnectionState;
  /** Attempts since the connection was calm last. */
  readonly failures: number;
  /** True when this attempt already follows a refused token. */
  readonly isSecondToken: boolean;
}

export type ConnectionInput =
  | { readonly type: 'connect' }
  | { readonly type: 'close' }
  | { readonly type: 'welcome'; readonly userId: UserId }
  | { readonly type: 'lost'; readonly code: number; readonly retryAfterMs?: number; readonly error?: Error }
  /** There is no token to be had: nobody is logged in. */
  | { readonly type: 'denied'; readonly error: Error }
  | { readonly type: 'retry' }
  | { readonly type: 'calm' }
  | { readonly type: 'online' }
  | { readonly type: 'offline' }
  | { readonly type: 'visible' };

export type ConnectionEffect =
  /** Get a token, open a socket, say hello. `isTokenRefused` asks for another token than the last one. */
  | { readonly type: 'open'; readonly isTokenRefused: boolean }
  /** Forget the socket and whatever is under way for it. */
  | { readonly type: 'drop' }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'watchCalm' };

export interface Surroundings {
  readonly now: number;
  readonly random: number;
  readonly isOffline: boolean;
}

type Step = readonly [Machine, readonly ConnectionEffect[]];

export const initialMachine: Machine = { state: { status: 'idle' }, failures: 0, isSecondToken: false };

export function transition(machine: Machine, input: ConnectionInput, around: Surroundings): Step {
  const { status } = machine.state;
  if (status === 'closed' && machine.state.reason === 'closed') return stay(machine);
  switch (input.type) {
    case 'close':
      return end(machine, 'closed');
    case 'connect':
      return status === 'connecting' || status === 'online' ? stay(machine) : open(machine);
    case 'welcome':
      return status === 'connecting' ? arrive(machine, input.userId) : stay(machine);
    case 'lost':
      return status === 'connecting' || status === 'online' ? lose(machine, input, around) : stay(machine);
    case 'denied':
      return status === 'connecting' ? deny(machine, input.error) : stay(machine);
    case 'retry':
      return isWaiting(machine) ? open(machine) : stay(machine);
    case 'calm':
      return status === 'online' ? [{ ...machine, failures: 0 }, []] : stay(machine);
    case 'online':
      return isWaiting(machine) ? open({ ...machine, failures: 0 }) : stay(machine);
    case 'visible':
      return isWaiting(machine) || isReplaced(machine) ? open(machine) : stay(machine);
    case 'offline':
      return goOffline(machine, around);
    default:
      return input satisfies never;
  }
}

function stay(machine: Machine): Step {
  return [machine, []];
}

function open(machine: Machine): Step {
  const state = { status: 'connecting', attempt: machine.failures + 1 } as const;
  return [
    { ...machine, state, isSecondToken: false },
    [{ type: 'drop' }, { type: 'open', isTokenRefused: false }],
  ];
}

function arrive(machine: Machine, userId: UserId): Step {
  return [{ ...machine, state: { status: 'online', userId }, isSecondToken: false }, [{ type: 'watchCalm' }]];
}

function lose(
  machine: Machine,
  input: Extract<ConnectionInput, { type: 'lost' }>,
  around: Surroundings,
): Step {
  const name = closeName(input.code);
  const rule = name === undefined ? 'backoff' : closeCodes[name].reconnect;
  if (rule === 'focus') return end(machine, 'replaced');
  if (rule === 'backoff') return wait(machine, around, input.retryAfterMs);
  if (name === 'unsupported_version' || name === 'protocol') return end(machine, name);
  if (name === 'unauthorized' && !machine.isSecondToken)
    return [
      { ...machine, state: { status: 'connecting', attempt: machine.failures + 1 }, isSecondToken: true },
      [{ type: 'drop' }, { type: 'open', isTokenRefused: true }],
    ];
  return deny(machine, input.error ?? new Error('The server does not accept this session.'));
}

/** A wait the server asks for is a lower bound; the jitter comes on top, so that not everybody is back at the same moment. */
function wait(machine: Machine, around: Surroundings, atLeastMs = 0): Step {
  const attempt = machine.failures + 1;
  const ms = atLeastMs + backoffMs(attempt, around.random);
  const status = around.isOffline ? 'offline' : 'reconnecting';
  return [
    { state: { status, attempt, retryAt: around.now + ms }, failures: attempt, isSecondToken: false },
    [{ type: 'drop' }, { type: 'wait', ms }],
  ];
}

function goOffline(machine: Machine, around: Surroundings): Step {
  const { state } = machine;
  if (state.status === 'online' || state.status === 'connecting')
    return wait(machine, { ...around, isOffline: true });
  return state.status === 'reconnecting'
    ? [{ ...machine, state: { ...state, status: 'offline' } }, []]
    : stay(machine);
}

function deny(machine: Machine, error: Error): Step {
  return [{ ...machine, state: { status: 'unauthorized', error }, isSecondToken: false }, [{ type: 'drop' }]];
}

function end(machine: Machine, reason: CloseReason): Step {
  return [{ ...machine, state: { status: 'closed', reason } }, [{ type: 'drop' }]];
}

function isWaiting({ state }: Machine): boolean {
  return state.status === 'reconnecting' || state.status === 'offline';
}

function isReplaced({ state }: Machine): boolean {
  return state.status === 'closed' && state.reason === 'replaced';
}
