/** Dockerfile and compose.yaml against the rules a container of ours keeps. Nothing is built here: machines that run the tests may have no Docker. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settings } from '../../packages/server/src/config/config-schema.js';
import { readDockerfile } from './dockerfile.js';

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const stages = readDockerfile();
const final = stages.at(-1) ?? [];
const instruction = (keyword: string): string | undefined =>
  final.find((each) => each.keyword === keyword)?.value;
const variables = new Set<string>(Object.values(settings).map(({ env }) => env));

describe('the Dockerfile', () => {
  it('takes a base of a named version, and runs as nobody in particular', () => {
    expect(read('Dockerfile')).toMatch(/^ARG NODE_IMAGE=node:20-\w+-slim$/m);
    const bases = stages.map((stage) => stage[0]?.value);
    expect(bases.filter((base) => !/^\$\{NODE_IMAGE\}( AS build)?$/.test(base ?? ''))).toEqual([]);
    expect(bases).toHaveLength(2);
    expect(instruction('USER')).toBe('10001:10001');
  });

  it('runs nothing through a shell once it is built', () => {
    for (const keyword of ['ENTRYPOINT', 'CMD']) expect(instruction(keyword)).toMatch(/^\["[^\]]+"\]$/);
    expect(instruction('HEALTHCHECK')).toMatch(/CMD \["node", /);
    expect(final.filter(({ keyword }) => keyword === 'RUN')).toEqual([]);
  });

  it('writes to its volume alone, and holds no secret', () => {
    expect([instruction('VOLUME'), instruction('EXPOSE')]).toEqual(['/data', '7400']);
    const given = (instruction('ENV') ?? '').split(' ').map((pair) => pair.split('='));
    expect(given).toContainEqual(['PARLEY_DATA_DIR', '/data']);
    const names = given.map(([name = '']) => name).filter((name) => name !== 'NODE_ENV');
    expect(names.filter((name) => !variables.has(name))).toEqual([]);
    expect(names.filter((name) => /SECRET|PASSWORD|URL|KEY/.test(name))).toEqual([]);
    for (const kept of ['.env', '.git', '**/.parley', '**/node_modules'])
      expect(read('.dockerignore').split('\n')).toContain(kept);
  });
});

const compose = read('compose.yaml');

/** The lines below a key, as deep as they go. The file is our own: two spaces a level, no tabs. */
function below(key: string): string {
  const lines = compose.split('\n');
  const at = lines.findIndex((line) => line.trim().split(' &')[0] === `${key}:`);
  const depth = lines[at]?.search(/\S/) ?? 0;
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => line.trim() !== '' && line.search(/\S/) <= depth);
  return rest.slice(0, end === -1 ? undefined : end).join('\n');
}

describe('compose.yaml', () => {
  it('hardens every service', () => {
    expect(below('x-hardened')).toContain('read_only: true');
    expect(below('x-hardened')).toContain('cap_drop: [ALL]');
    expect(below('x-hardened')).toContain('security_opt: ["no-new-privileges:true"]');
    const services = [...below('services').matchAll(/^ {2}([\w-]+):$/gm)].map(([, name = '']) => name);
    expect(services).toEqual(['parley-1', 'parley-2', 'postgres', 'redis']);
    for (const name of services) {
      expect(below(name)).toMatch(/<<: \*(hardened|parley)/);
      expect(below(name)).not.toMatch(/privileged|network_mode|cap_add|\/var\/run\/docker/);
    }
    expect(below('x-parley')).toContain('<<: *hardened');
    for (const name of ['x-parley', 'postgres', 'redis'])
      expect(below(name)).toMatch(/^ +user: "[1-9]\d*:[1-9]\d*"$/m);
  });

  it('names versions, waits for what is healthy, and opens ports on this machine alone', () => {
    const images = [...compose.matchAll(/^ +image: (\S+)$/gm)].map(([, image = '']) => image);
    expect(images).toEqual(['parley:local', 'postgres:17-bookworm', 'redis:7-bookworm']);
    const ports = [...compose.matchAll(/ports: \[(.*)\]/g)].map(([, port]) => port);
    expect(ports).toEqual(['"127.0.0.1:7401:7400"', '"127.0.0.1:7402:7400"']);
    for (const name of ['postgres', 'redis']) {
      expect(below(name)).toContain('healthcheck:');
      expect(below('x-parley')).toContain(`${name}: { condition: service_healthy }`);
    }
  });

  it('sets what is a setting, leaves time to drain, and has no secret in it', () => {
    const environment = [...below('x-parley').matchAll(/^ {4}([A-Z][A-Z_]+): (.+)$/gm)];
    expect(environment.length).toBeGreaterThan(3);
    expect(environment.map(([, name = '']) => name).filter((name) => !variables.has(name))).toEqual([]);
    const drainMs = Number(/PARLEY_DRAIN_MS: "(\d+)"/.exec(compose)?.[1]);
    expect(Number(/stop_grace_period: (\d+)s/.exec(below('x-parley'))?.[1]) * 1000).toBe(drainMs + 5000);
    for (const [, value = ''] of compose.matchAll(/(?:PASSWORD|SECRET): (.+)$/gm))
      expect(value).toMatch(/^\$\{[A-Z_]+:\?make \.env first\}$/);
  });
});
