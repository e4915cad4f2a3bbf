import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type {
  CaseSpec,
  FromGenerator,
  Ledger,
  Measured,
  Target,
  ToGenerator,
  Watched,
} from '../generator/messages.js';

/** The load generator in a process of its own, so that its CPU is not the server's. */
export interface Generator {
  connect(target: Target): Promise<void>;
  run(spec: CaseSpec, watched: Watched): Promise<Measured>;
  finish(): Promise<Ledger>;
  stop(): void;
}

export function startGenerator(): Generator {
  const script = fileURLToPath(new URL('../generator.ts', import.meta.url));
  const child = fork(script, { execArgv: ['--import', 'tsx'] });
  let settle: ((answer: FromGenerator) => void) | undefined;
  child.on('message', (answer: FromGenerator) => settle?.(answer));
  child.on('exit', (code, signal) => settle?.({ did: 'fail', reason: `it ended with ${signal ?? code}` }));
  const ask = (message: ToGenerator): Promise<FromGenerator> =>
    new Promise((resolve, reject) => {
      settle = (answer) => {
        if (answer.did === 'fail') reject(new Error(`the load generator: ${answer.reason}`));
        else resolve(answer);
      };
      child.send(message);
    });
  return {
    connect: async (target) => {
      await ask({ do: 'connect', target });
    },
    run: async (spec, watched) => {
      const answer = await ask({ do: 'run', spec, watched });
      if (answer.did !== 'run') throw new Error('the load generator answered something else');
      return answer.measured;
    },
    finish: async () => {
      const answer = await ask({ do: 'finish' });
      if (answer.did !== 'finish') throw new Error('the load generator answered something else');
      return answer.ledger;
    },
    stop: () => {
      settle = undefined;
      child.kill();
    },
  };
}
