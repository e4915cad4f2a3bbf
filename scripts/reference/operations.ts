import { contracts, type Operation } from '../../packages/protocol/src/index.js';
import { fence, heading, table } from './markdown.js';
import { ShapeWriter, toJson } from './shapes.js';

/** Every operation, by feature: how it is called, what goes in, what comes out, what can go wrong. */
export function describeOperations(): string {
  const writer = new ShapeWriter();
  const features = Object.entries(contracts).map(([feature, { operations }]) => {
    const texts = Object.entries<Operation>(operations).map(([name, each]) => describe(name, each, writer));
    return `## ${feature}\n\n${texts.join('\n\n')}`;
  });
  const shapes = writer.writeUsed().map(([name, text]) => `### ${name}\n\n${fence(text)}`);
  const about = `Each operation has a REST route and, on the socket, the name of its heading: \`{ "type": "call", "id", "operation", "input" }\`. Fields named in the
route travel there; the rest travels in the query of a GET and in the body otherwise; on the socket all of them are one object. \`name?\` may be left out.
The errors are those beyond what [any operation can answer](errors.md). [PROTOCOL.md](../../packages/protocol/PROTOCOL.md) tells how frames,
cursors and repeats work.`;
  const overview = Object.entries(contracts).flatMap(([feature, { operations }]) =>
    Object.entries<Operation>(operations).map(([name, { rest, access }]) => [
      `[\`${name}\`](#${name.toLowerCase()})`,
      `\`${rest}\``,
      accessNames[access],
      feature,
    ]),
  );
  return [
    heading('Operations', about),
    `${table(['operation', 'route', 'who', 'feature'], overview)}\n`,
    ...features.map((text) => `${text}\n`),
    `## Shapes\n\n${shapes.join('\n\n')}\n`,
  ].join('\n');
}

const accessNames: Readonly<Record<Operation['access'], string>> = {
  anyone: 'anyone',
  user: 'users',
  server: 'server keys',
};

const repeatNames = {
  id: 'is recognised by the `id` of the input: it is done once and answered again',
  key: 'is recognised by a key of the caller (`Idempotency-Key`, on the socket `opId`): it is done once and answered again',
  none: 'is not recognised',
} as const satisfies Record<Operation['repeats'], string>;

function describe(name: string, operation: Operation, writer: ShapeWriter): string {
  const { kind, rest, summary, access, input, output, errors, status, repeats } = operation;
  const facts = [
    `- Route: \`${rest}\`, answers ${status}`,
    `- Who: ${accessNames[access]}`,
    ...(kind === 'command' ? [`- A repeat ${repeatNames[repeats]}`] : []),
    `- Errors: ${errors.length === 0 ? 'none of its own' : errors.map((code) => `\`${code}\``).join(', ')}`,
  ];
  return [
    `### ${name}`,
    summary,
    facts.join('\n'),
    ...(Object.keys(toJson(input).properties ?? {}).length === 0
      ? []
      : ['Input:', fence(writer.write(input))]),
    ...(status === 204 ? [] : ['Output:', fence(writer.write(output))]),
  ].join('\n\n');
}
