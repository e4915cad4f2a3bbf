/** Where Redis is, and as who. */
export interface RedisPlace {
  readonly kind: 'single' | 'sentinel' | 'cluster';
  readonly isTls: boolean;
  /** One for a single server; sentinels, or some nodes of the cluster. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** What the sentinels call the server; only with sentinels. */
  readonly masterName: string | undefined;
  readonly database: number;
}

const ports = { single: 6379, sentinel: 26_379, cluster: 6379 } as const;

/**
 * Reads `redis://[user:password@]host[:port][/database]`, `redis+sentinel://host:port,host:port/master` and `redis+cluster://host,host`; `rediss` for TLS.
 * Undefined for anything else.
 */
export function parseRedisUrl(text: string): RedisPlace | undefined {
  const match = /^redis(s?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^/?#@]+)(?:\/([^/?#]*))?$/.exec(
    text,
  );
  if (match === null) return undefined;
  const [, tls, variant, login, hostList = '', path = ''] = match;
  const kind = variant === 'sentinel' || variant === 'cluster' ? variant : 'single';
  const hosts = hostList.split(',').map((host) => parseHost(host, ports[kind]));
  const isDatabase = /^\d{0,4}$/.test(path);
  if (hosts.some((host) => host === undefined) || (kind === 'single' && hosts.length > 1)) return undefined;
  if (kind === 'sentinel' ? path === '' : !isDatabase || (kind === 'cluster' && path !== ''))
    return undefined;
  const credentials = decode(login);
  if (credentials === undefined) return undefined;
  return {
    kind,
    isTls: tls === 's',
    hosts: hosts.flatMap((host) => (host === undefined ? [] : [host])),
    ...credentials,
    masterName: kind === 'sentinel' ? path : undefined,
    database: kind === 'single' ? Number(path) : 0,
  };
}

function parseHost(text: string, defaultPort: number): { host: string; port: number } | undefined {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/.exec(text);
  if (match?.[1] === undefined) return undefined;
  const port = match[2] === undefined ? defaultPort : Number(match[2]);
  return port > 65_535 ? undefined : { host: match[1].replace(/^\[|\]$/g, ''), port };
}

function decode(login: string | undefined): Pick<RedisPlace, 'username' | 'password'> | undefined {
  if (login === undefined) return { username: undefined, password: undefined };
  const [username = '', password] = login.split(/:(.*)/s);
  try {
    return {
      username: username === '' ? undefined : decodeURIComponent(username),
      password: password === undefined || password === '' ? undefined : decodeURIComponent(password),
    };
  } catch {
    return undefined;
  }
}
