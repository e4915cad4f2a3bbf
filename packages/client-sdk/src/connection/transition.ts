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
 * While online the connection may be asked to move to another socket. The one it has is given up only when the other one is welcome:
 *
 *   settled --moveAway--> waiting --move--> opening --welcome--> retiring --retired--> settled
 *                            ^                 |
 *                            +---besideLost----+  while there is time; afterwards settled, until the server closes
 *
 *   retiring: new calls go over the new socket, the old one is kept until the calls on it are answered
 *   lost (the socket in use), offline, close: all sockets are dropped, and the move is over
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
  /** Other than settled only while online. */
  readonly move: Move;
}

/** Where a connection stands on its way to another socket. `until` is when the one it has may be closed. */
export type Move =
  | { readonly step: 'settled' }
  | { readonly step: 'waiting'; readonly until: number }
  | { readonly step: 'opening'; readonly until: number }
  | { readonly step: 'retiring' };

export type ConnectionInput =
  | { readonly type: 'connect' }
  | { readonly type: 'close' }
  | { readonly type: 'welcome'; readonly userId: UserId }
  | { readonly type: 'lost'; readonly code: number; readonly retryAfterMs?: number; readonly error?: Error }
  /** There is no token to be had: nobody is logged in. */
  | { readonly type: 'denied'; readonly error: Error }
  /** Another socket is to be opened within the time. */
  | { readonly type: 'moveAway'; readonly withinMs: number }
  /** The moment to do so has come. */
  | { readonly type: 'move' }
  /** The other socket was not welcome. */
  | { readonly type: 'besideLost'; readonly retryAfterMs?: number }
  /** The old socket is gone. */
  | { readonly type: 'retired' }
  | { readonly type: 'retry' }
  | { readonly type: 'calm' }
  | { readonly type: 'online' }
  | { readonly type: 'offline' }
  | { readonly type: 'visible' };

export type ConnectionEffect =
  /** Get a token, open a socket, say hello. `isTokenRefused` asks for another token than the last one. */
  | { readonly type: 'open'; readonly isTokenRefused: boolean }
  /** Forget all sockets and whatever is under way for them. */
  | { readonly type: 'drop' }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'waitToMove'; readonly ms: number }
  /** As `open`, beside the socket in use. */
  | { readonly type: 'openBeside' }
  /** The socket beside becomes the one in use; the old one goes when its calls are answered. */
  | { readonly type: 'switch' }
  /** Forget the old socket. */
  | { readonly type: 'dropRetired' }
  | { readonly type: 'watchCalm' };

export interface Surroundings {
  readonly now: number;
  readonly random: number;
  readonly isOffline: boolean;
}

type Step = readonly [Machine, readonly ConnectionEffect[]];

const settled: Move = { step: 'settled' };
const shortestMoveAgainMs = 500;

export const initialMachine: Machine = {
  state: { status: 'idle' },
  failures: 0,
  isSecondToken: false,
  move: settled,
};

export function transition(machine: Machine, input: ConnectionInput, around: Surroundings): Step {
  const { status } = machine.state;
  if (status === 'closed' && machine.state.reason === 'closed') return stay(machine);
  switch (input.type) {
    case 'close':
      return end(machine, 'closed');
    case 'connect':
      return status === 'connecting' || status === 'online' ? stay(machine) : open(machine);
    case 'welcome':
      if (status === 'connecting') return arrive(machine, input.userId);
      return machine.move.step === 'opening' ? change(machine, input.userId) : stay(machine);
    case 'lost':
      return status === 'connecting' || status === 'online' ? lose(machine, input, around) : stay(machine);
    case 'denied':
      return status === 'connecting' ? deny(machine, input.error) : stay(machine);
    case 'moveAway':
      return status === 'online' ? prepare(machine, input.withinMs, around) : stay(machine);
    case 'move':
      return machine.move.step === 'waiting'
        ? [{ ...machine, move: { ...machine.move, step: 'opening' } }, [{ type: 'openBeside' }]]
        : stay(machine);
    case 'besideLost':
      return machine.move.step === 'opening'
        ? moveAgain(machine, machine.move.until, { ...around, atLeastMs: input.retryAfterMs ?? 0 })
        : stay(machine);
    case 'retired':
      return machine.move.step === 'retiring' ? [{ ...machine, move: settled }, []] : stay(machine);
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
    { ...machine, state, isSecondToken: false, move: settled },
    [{ type: 'drop' }, { type: 'open', isTokenRefused: false }],
  ];
}

function arrive(machine: Machine, userId: UserId): Step {
  return [{ ...machine, state: { status: 'online', userId }, isSecondToken: false }, [{ type: 'watchCalm' }]];
}

/** The socket beside is welcome. The same person's state stays the same object: nothing changed for whoever watches it. */
function change(machine: Machine, userId: UserId): Step {
  const { state } = machine;
  const isSame = state.status === 'online' && state.userId === userId;
  return [
    { ...machine, state: isSame ? state : { status: 'online', userId }, move: { step: 'retiring' } },
    [{ type: 'switch' }],
  ];
}

/** Everybody picks a moment of their own, so that the node they move to is not stormed. */
function prepare(machine: Machine, withinMs: number, around: Surroundings): Step {
  const { step } = machine.move;
  if (step === 'waiting' || step === 'opening') return stay(machine);
  const wait: ConnectionEffect = { type: 'waitToMove', ms: Math.round(withinMs * around.random) };
  return [
    { ...machine, move: { step: 'waiting', until: around.now + withinMs } },
    step === 'retiring' ? [{ type: 'dropRetired' }, wait] : [wait],
  ];
}

function moveAgain(
  machine: Machine,
  until: number,
  { now, random, atLeastMs }: Surroundings & { readonly atLeastMs: number },
): Step {
  const soonest = Math.max(atLeastMs, shortestMoveAgainMs);
  const leftMs = until - now - soonest;
  if (leftMs <= 0) return [{ ...machine, move: settled }, []];
  const ms = soonest + Math.round(leftMs * random);
  return [{ ...machine, move: { step: 'waiting', until } }, [{ type: 'waitToMove', ms }]];
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
      {
        ...machine,
        state: { status: 'connecting', attempt: machine.failures + 1 },
        isSecondToken: true,
        move: settled,
      },
      [{ type: 'drop' }, { type: 'open', isTokenRefused: true }],
    ];
  // Without a word why, the hello came too late: that is the line's fault, and the session may be good.
  if (name === 'unauthorized' && input.error === undefined) return wait(machine, around, input.retryAfterMs);
  return deny(machine, input.error ?? new Error('The server does not accept this session.'));
}

/** A wait the server asks for is a lower bound; the jitter comes on top, so that not everybody is back at the same moment. */
function wait(machine: Machine, around: Surroundings, atLeastMs = 0): Step {
  const attempt = machine.failures + 1;
  const ms = atLeastMs + backoffMs(attempt, around.random);
  const status = around.isOffline ? 'offline' : 'reconnecting';
  return [
    {
      state: { status, attempt, retryAt: around.now + ms },
      failures: attempt,
      isSecondToken: false,
      move: settled,
    },
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
  return [
    { ...machine, state: { status: 'unauthorized', error }, isSecondToken: false, move: settled },
    [{ type: 'drop' }],
  ];
}

function end(machine: Machine, reason: CloseReason): Step {
  return [{ ...machine, state: { status: 'closed', reason }, move: settled }, [{ type: 'drop' }]];
}

function isWaiting({ state }: Machine): boolean {
  return state.status === 'reconnecting' || state.status === 'offline';
}

function isReplaced({ state }: Machine): boolean {
  return state.status === 'closed' && state.reason === 'replaced';
}
