import { contracts, type Operation } from '../../packages/protocol/src/index.js';
import { fence, heading } from './markdown.js';
import { ShapeWriter } from './shapes.js';

type Schemas = Readonly<Record<string, Operation['output']>>;

/** Kinds of events, signals and entries of one's own log with their data. */
export function describeEvents(): string {
  const writer = new ShapeWriter();
  const list = (pick: (contract: (typeof contracts)[keyof typeof contracts]) => Schemas): string =>
    Object.values(contracts)
      .flatMap((contract) => Object.entries(pick(contract)))
      .map(([kind, schema]) => `### ${kind}\n\n${fence(writer.write(schema))}`)
      .join('\n\n');
  const about = `Events are the entries of a conversation's log: each comes with \`kind\`, \`conversationId\`, \`seq\`, \`at\`, \`actorId\` and \`data\`, in the order of \`seq\`, and is
read again after an absence. Signals are told once and stored nowhere: \`kind\`, \`conversationId\` (or null) and \`data\`; one may be lost, and the next makes
up for it. Entries of one's own log are what somebody changed about themselves, for their other devices: \`kind\`, \`seq\`, \`at\` and \`data\`. Below is the \`data\` of each kind.`;
  const parts = [
    heading('Events and signals', about),
    `## Events\n\n${list(({ events }) => events)}\n`,
    `## Signals\n\n${list(({ signals }) => signals)}\n`,
    `## One's own log\n\n${list(({ ownEvents }) => ownEvents)}\n`,
  ];
  const shapes = writer.writeUsed().map(([name, text]) => `### ${name}\n\n${fence(text)}`);
  return [...parts, `## Shapes\n\n${shapes.join('\n\n')}\n`].join('\n');
}
