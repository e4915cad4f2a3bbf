/** The load generator's process: does what the runner asks, one thing after another, and tells when it is done. */
import { Load } from './generator/load.js';
import type { FromGenerator, ToGenerator } from './generator/messages.js';

let load: Load | undefined;

process.on('message', (message: ToGenerator) => {
  carryOut(message).then(tell, (error: unknown) => {
    tell({ did: 'fail', reason: error instanceof Error ? error.message : String(error) });
  });
});
// The runner is gone: there is nobody left to measure for.
process.on('disconnect', () => process.exit(1));

async function carryOut(message: ToGenerator): Promise<FromGenerator> {
  if (message.do === 'connect') {
    load = new Load(message.target);
    await load.connect();
    return { did: 'connect' };
  }
  if (load === undefined) throw new Error('nothing is connected');
  if (message.do === 'run') return { did: 'run', measured: await load.run(message.spec, message.watched) };
  return { did: 'finish', ledger: load.finish() };
}

function tell(message: FromGenerator): void {
  process.send?.(message);
}
