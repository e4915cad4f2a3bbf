import type { CaseSpec, Measured } from '../generator/messages.js';
import { findFaults } from './checks.js';
import { startGenerator } from './generator-process.js';
import type { Subject, SubjectEnvironment } from './subject.js';

export interface SubjectRun {
  readonly measured: ReadonlyMap<string, Measured>;
  readonly faults: readonly string[];
}

/** One run of one subject: fresh database, fresh server, every case after the other, then the account of every message. */
export async function runSubject(
  subject: Subject,
  environment: SubjectEnvironment,
  specs: readonly CaseSpec[],
): Promise<SubjectRun> {
  const { databases } = environment;
  const running = await subject.start(environment);
  const generator = startGenerator();
  try {
    await generator.connect(running.target);
    const watched = {
      appPid: running.pid,
      postmasterPid: subject.database === 'embedded' ? undefined : databases.postmasterPid,
    };
    const measured = new Map<string, Measured>();
    for (const spec of specs) {
      await databases.settle();
      await environment.statements?.reset();
      const figures = await generator.run(spec, watched);
      measured.set(spec.name, figures);
      environment.say(`  ${subject.name} ${spec.name}: ${describe(figures)}`);
      for (const line of (await environment.statements?.top(messagesOf(spec, figures))) ?? [])
        environment.say(line);
    }
    const ledger = await generator.finish();
    const faults = findFaults({ ledger, rows: await running.readRows(), hasSeqs: subject.hasSeqs });
    const acks = ledger.conversations.reduce((total, conversation) => total + conversation.acks, 0);
    environment.say(
      `  ${subject.name}: ${acks} messages, ${faults.length === 0 ? 'all in order' : 'FAULTS'}`,
    );
    return { measured, faults };
  } finally {
    generator.stop();
    await running.stop();
  }
}

/** Warming up included: the statements are counted from there. */
function messagesOf({ warmUpMs, measureMs }: CaseSpec, { ackedPerSecond }: Measured): number {
  return (ackedPerSecond * (warmUpMs + measureMs)) / 1000;
}

function describe({ ackedPerSecond, p50Ms, p99Ms, generatorCores, othersCores }: Measured): string {
  return [
    `${Math.round(ackedPerSecond)} acked/s`,
    `p50 ${p50Ms.toFixed(1)} ms`,
    `p99 ${p99Ms.toFixed(1)} ms`,
    `generator ${generatorCores.toFixed(2)} cores, others ${othersCores.toFixed(2)}`,
  ].join(', ');
}
