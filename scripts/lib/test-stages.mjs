/**
 * The stages of `npm test`, in order. Each is one vitest project of vitest.config.ts; the patterns of its files stand there.
 *
 * @typedef {object} TestStage
 * @property {string} name
 * @property {boolean} needsBuild  whether it runs what `npm run build` makes; the others run the sources
 * @property {import('../../tests/services/start-services.mjs').ServiceName[]} services
 * @property {number} workers  how many test files at once; what starts servers of its own gets a machine to itself
 * @property {number} limitMinutes  a stage that takes longer hangs: it is stopped and counts as failed
 */

/** @type {TestStage[]} */
export const testStages = [
  { name: 'unit', needsBuild: false, services: [], workers: 2, limitMinutes: 6 },
  { name: 'database', needsBuild: false, services: ['postgres', 'redis'], workers: 2, limitMinutes: 20 },
  { name: 'conformance', needsBuild: true, services: ['postgres', 'redis'], workers: 2, limitMinutes: 10 },
  { name: 'faults', needsBuild: true, services: ['postgres', 'redis'], workers: 1, limitMinutes: 12 },
  { name: 'cluster', needsBuild: true, services: ['postgres', 'redis'], workers: 1, limitMinutes: 12 },
  { name: 'e2e', needsBuild: true, services: ['postgres', 'redis', 'chromium'], workers: 1, limitMinutes: 6 },
  { name: 'docs', needsBuild: true, services: ['postgres', 'chromium'], workers: 1, limitMinutes: 8 },
];

/**
 * Reads `npm test -- unit database -- path/filter -t name`: stages first, what follows a second `--` goes to vitest.
 * @param {string[]} args
 * @returns {{ stages: TestStage[], filters: string[] }}
 * @throws {Error} when a stage has no such name
 */
export function chooseStages(args) {
  const end = args.indexOf('--');
  const names = end === -1 ? args : args.slice(0, end);
  const unknown = names.filter((name) => !testStages.some((stage) => stage.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `There is no stage "${unknown.join('", "')}". Stages: ${testStages.map((stage) => stage.name).join(', ')}.`,
    );
  }
  return {
    stages: testStages.filter((stage) => names.length === 0 || names.includes(stage.name)),
    filters: end === -1 ? [] : args.slice(end + 1),
  };
}
