/**
 * The guard of one run: `node guard-process.mjs <run id> <folder>`, see run.mjs.
 *
 * Reads lines of JSON: `{watch: pid, signal}` and `{release: pid}`. At the end of its input it asks each watched process
 * group to end, kills what is still there after three seconds, kills every process that carries the run's mark (what tests
 * started and forgot), removes the folder and exits. It ignores the signals of a terminal: it goes last.
 */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { listMarked } from './marked-processes.mjs';

const [, , id = '', folder = ''] = process.argv;
const graceMs = 3_000;
/** @type {Map<number, NodeJS.Signals>} */
const watched = new Map();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (message.watch) watched.set(message.watch, message.signal);
  if (message.release) watched.delete(message.release);
}
await Promise.all([...watched].map(([pid, signal]) => endGroup(pid, signal)));
for (const { pid } of listMarked(id)) send(pid, 'SIGKILL');
rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });

/** @param {number} pid @param {NodeJS.Signals} signal */
async function endGroup(pid, signal) {
  send(-pid, signal);
  for (const until = Date.now() + graceMs; Date.now() < until; await delay(20)) {
    if (!send(-pid, 0)) return;
  }
  send(-pid, 'SIGKILL');
}

/** @param {number} pid @param {NodeJS.Signals | 0} signal @returns {boolean} whether there was anyone to receive it */
function send(pid, signal) {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
