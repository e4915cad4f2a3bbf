import { appendFileSync } from 'node:fs';
import type { ClientStory, Operation, RunHistory, Told, WatermarkReading } from '../checker/run-history.js';

/** What happens in a run, as plain records; with PARLEY_CLUSTER_LOG also as lines of JSON in that file. */
export class Recorder {
  readonly operations: Operation[] = [];
  readonly watermarks: WatermarkReading[] = [];
  readonly #clients: (ClientStory & { readonly told: Told[] })[] = [];
  readonly #file = process.env['PARLEY_CLUSTER_LOG'];
  /** When acknowledgements came, in milliseconds. */
  readonly acknowledgedAt: number[] = [];
  readonly latencies: number[] = [];
  /** How often each refusal was given. */
  readonly refusals = new Map<string, number>();
  unknownResolved = 0;

  get clients(): RunHistory['clients'] {
    return this.#clients;
  }

  begin(operation: Operation): void {
    this.operations.push(operation);
    this.#write('begin', operation);
  }

  end(operation: Operation, startedAt: number): void {
    const now = performance.now();
    const { outcome } = operation;
    if (outcome.type === 'acknowledged') {
      this.acknowledgedAt.push(now);
      this.latencies.push(now - startedAt);
    }
    if (outcome.type === 'refused')
      this.refusals.set(outcome.code, (this.refusals.get(outcome.code) ?? 0) + 1);
    this.#write('end', operation);
  }

  /** A client begins to live; gives where it tells what it is told. */
  open(client: string, userId: string): (told: Told) => void {
    const story = { client, userId, told: [] as Told[] };
    this.#clients.push(story);
    return (told) => {
      story.told.push(told);
      this.#write(client, told);
    };
  }

  read(reading: WatermarkReading): void {
    this.watermarks.push(reading);
    this.#write('read', reading);
  }

  #write(what: string, record: object): void {
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify({ what, ...record })}\n`);
  }
}
