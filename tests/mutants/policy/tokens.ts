import { conformance, credentials, database, matrix, otherTenant, unit } from '../catchers.js';
import { type Mutant, policyOf } from '../mutant.js';

const authenticator = (tests: string) => unit('server/src/access/authenticator', tests);
const foreign = (tests: string) => unit('server/src/access/foreign-tokens', tests);

/** What a token is worth, and whom it lets in. */
export const tokenMutants: readonly Mutant[] = [
  ...policyOf('server/src/access/authenticator.ts', authenticator('a server key'), [
    {
      name: 'any text is a server key',
      find: "if (findServerKey(bearer) === undefined) throw new ParleyError('token_invalid');",
      replace: '',
    },
    {
      name: 'people act as others',
      find: "if (asUser !== undefined) throw new ParleyError('forbidden');",
      replace:
        'if (asUser !== undefined) return { actor: { ...actor, userId: asUser as UserId }, server: undefined };',
    },
    {
      name: 'who acts by REST need no live session',
      find: 'await standings.requireLive(actor);\n      return { actor, server: undefined };',
      replace: 'return { actor, server: undefined };',
      caughtBy: authenticator('the authorization header'),
    },
    {
      name: 'server keys act as nobody there is',
      find: "if (!(await hasUser(actor.tenantId, userId))) throw new ParleyError('not_found');",
      replace: '',
    },
    {
      name: 'server keys act as the disabled',
      find: "throw new ParleyError('not_found');\n  await standings.requireLive(actor);",
      replace: "throw new ParleyError('not_found');",
    },
    {
      name: 'server keys open sockets as tokens',
      find: 'if (token.length > maxTokenLength || token.startsWith(serverKeyPrefix))',
      replace: 'if (token.length > maxTokenLength)',
    },
    {
      name: 'a verified token is good for ever',
      find: 'if (known !== undefined && known.until > now) return',
      replace: 'if (known !== undefined) return',
      caughtBy: authenticator('tokens of others'),
    },
    {
      name: 'what was revoked is remembered as good',
      find: 'standings.forget(userIds);',
      replace: '',
      caughtBy: unit('server/src/access/token-claims', 'is asked for again'),
    },
  ]),
  ...policyOf('server/src/access/standings.ts', unit('server/src/access/standings', ''), [
    {
      name: 'sessions that ended are let in',
      find: "if (!(await answer)) throw new ParleyError('session_revoked');",
      replace: 'await answer;',
      caughtBy: unit('server/src/access/token-claims', 'a session that has ended'),
    },
    {
      name: 'the session of another person is good enough',
      find: 'before.userId === session.userId && ',
      replace: '',
    },
    {
      name: 'a session is known to live for ever',
      find: 'before.userId === session.userId && before.until > clock.now()',
      replace: 'before.userId === session.userId',
    },
  ]),
  ...policyOf(
    'server/src/access/live-sessions.store.ts',
    database('features/auth/own-sessions', 'are ended one by one'),
    [
      {
        name: 'revoked sessions live',
        find: 'and s.revoked_at is null and s.expires_at > now()',
        replace: 'and s.expires_at > now()',
      },
      {
        name: 'sessions live after their end',
        find: 'and s.revoked_at is null and s.expires_at > now()',
        replace: 'and s.revoked_at is null',
        caughtBy: database('features/auth/sessions-over', 'lets nobody in'),
      },
      {
        name: 'the disabled come in with their own tokens',
        find: 'u.tenant_id = s.tenant_id and u.disabled_at is null',
        replace: 'u.tenant_id = s.tenant_id',
        caughtBy: database('features/users/people-apart', 'of the disabled open nothing'),
      },
      {
        name: 'the disabled come in with tokens of others',
        find: 'u.id = f.user_id and u.disabled_at is null',
        replace: 'u.id = f.user_id',
        caughtBy: database('features/users/people-apart', 'of the disabled open nothing'),
      },
      {
        name: 'revoked tokens of others come in',
        find: 'and (u.tokens_valid_after is null or u.tokens_valid_after <= to_timestamp(f.issued_at / 1000.0))',
        replace: '',
        caughtBy: database('features/users/users', 'whose tokens are revoked'),
      },
    ],
  ),
  ...policyOf('server/src/access/server-keys.ts', unit('server/src/access/server-keys', ''), [
    {
      name: 'the prefix is all of a server key',
      find: 'if (timingSafeEqual(key.hash, hash)) found',
      replace: 'if (timingSafeEqual(key.hash, hash) || bearer.startsWith(serverKeyPrefix)) found',
    },
    {
      name: 'weak server keys are taken',
      find: 'if (secret.length < minSecretLength || ',
      replace: 'if (',
    },
  ]),
  ...policyOf('server/src/access/tokens.ts', unit('server/src/access/tokens', ''), [
    {
      name: 'tokens of another purpose are taken',
      find: "createHmac('sha256', secret).update(`parley:${purpose}`)",
      replace: "createHmac('sha256', secret).update(purpose.slice(0, 0))",
    },
    {
      name: 'tokens without a tenant are taken',
      find: "requiredClaims: ['sub', 'exp', 'tid', 'sid'],",
      replace: "requiredClaims: ['sub', 'exp', 'sid'],",
      caughtBy: unit('server/src/access/token-claims', 'is none without tid'),
    },
    {
      name: 'tokens of another issuer are taken',
      find: "algorithms: ['HS256'],\n          issuer,",
      replace: "algorithms: ['HS256'],",
      caughtBy: unit('server/src/access/token-claims', 'is none'),
    },
    {
      name: 'tokens for another audience are taken',
      find: '          audience: issuer,\n',
      replace: '',
      caughtBy: unit('server/src/access/token-claims', 'is none'),
    },
    {
      name: 'tokens of another type are taken',
      find: "          typ: 'at+jwt',\n          requiredClaims",
      replace: '          requiredClaims',
      caughtBy: unit('server/src/access/token-claims', 'is none of another type'),
    },
    {
      name: 'tokens are good after their end',
      find: 'currentDate: new Date(options.clock.now()),',
      replace: 'currentDate: new Date(0),',
    },
  ]),
  ...policyOf('server/src/access/foreign-tokens.ts', foreign('a token of another issuer'), [
    {
      name: 'the token says with which algorithm it is judged',
      find: 'algorithms: [auth.algorithm], ',
      replace: '',
      caughtBy: unit('server/src/access/token-claims', 'is good with the configured'),
    },
    {
      name: 'tokens of any issuer are taken',
      find: 'issuer: auth.issuer, audience: auth.audience };',
      replace: 'audience: auth.audience };',
    },
    {
      name: 'tokens for anything else of the issuer are taken',
      find: 'issuer: auth.issuer, audience: auth.audience };',
      replace: 'issuer: auth.issuer };',
    },
    {
      name: 'endless tokens of others are taken',
      find: "requiredClaims: ['exp', names.userId],",
      replace: 'requiredClaims: [names.userId],',
      caughtBy: foreign('exp'),
    },
    {
      name: 'tokens from the future outlive every revocation',
      find: "if (issuedAt > now + toleranceSeconds * 1000) throw new ParleyError('token_invalid');",
      replace: '',
    },
    {
      name: 'a tenant that is none is taken',
      find: "if (typeof claim !== 'string' || !isUuid(claim)) throw new ParleyError('token_invalid');",
      replace: "if (typeof claim !== 'string') return defaultTenantId;",
    },
    {
      name: 'weak secrets of others are taken',
      find: 'if (key.secret.length < minSecretLength)',
      replace: 'if (key.secret.length < 0)',
      caughtBy: foreign('the key of another issuer'),
    },
  ]),
  ...policyOf('server/src/access/identities.store.ts', database('access/identities', ''), [
    {
      name: 'an identity takes over a user of another identity',
      find: ' and not exists (\n        select 1 from parley.identities i where i.tenant_id = u.tenant_id and i.user_id = u.id)',
      replace: '',
    },
    {
      name: 'an identity takes over a user of another tenant',
      find: 'where u.tenant_id = ${tenantId} and u.id = ${preferred}::uuid and not exists',
      replace: 'where u.id = ${preferred}::uuid and not exists',
      caughtBy: database('features/users/people-apart', 'are taken over by nobody'),
    },
    {
      name: 'one issuer speaks for the people of another',
      find: 'select user_id, claims from parley.identities\n    where tenant_id = ${tenantId} and issuer = ${issuer} and',
      replace: 'select user_id, claims from parley.identities\n    where tenant_id = ${tenantId} and',
    },
    {
      name: 'a subject is the same person in every tenant',
      find: 'select user_id, claims from parley.identities\n    where tenant_id = ${tenantId} and',
      replace: 'select user_id, claims from parley.identities\n    where',
    },
    {
      name: 'an older token changes the profile back',
      find: "and (claims_at <= to_timestamp(${saidAt / 1000}::float8) or claims = '')",
      replace: '',
    },
  ]),
  ...policyOf('server/src/gateway/http/operations.ts', matrix('listMembers as AN'), [
    {
      name: 'who sends a request is not asked',
      find: "operation.access === 'anyone'\n          ?",
      replace:
        "operation.access === 'anyone' || request.headers.authorization === undefined\n          ? { ...nobody, actor: { tenantId: '00000000-0000-4000-8000-000000000001', userId: '00000000-0000-4000-8000-000000000001', sessionId: '00000000-0000-4000-8000-000000000002' } as never, ...counted }\n          : operation.access === 'anyone'\n          ?",
      caughtBy: matrix('listSessions as AN'),
    },
    {
      name: 'a second token is overlooked',
      find: "if (names.filter((name) => name.toLowerCase() === 'authorization').length > 1)\n    throw new ParleyError('validation_failed');",
      replace: 'void names;',
      caughtBy: credentials('two tokens'),
    },
  ]),
  ...policyOf('server/src/gateway/http/origins.ts', conformance('[oO]rigin'), [
    {
      name: 'pages of any origin may call',
      find: 'if (rules.isLoopback) return /^(localhost|127\\.\\d+\\.\\d+\\.\\d+|\\[::1\\])$/.test(url.hostname);',
      replace: 'if (rules.isLoopback) return true;',
    },
  ]),
  ...policyOf('server/src/gateway/ws/session.ts', unit('server/src/gateway/ws/session', ''), [
    {
      name: 'a session that ended opens a socket',
      find: "if (!state.isSessionLive) throw new ParleyError('session_revoked');",
      replace: '',
    },
    {
      name: 'frames before the greeting are carried out',
      find: "if (phase.name !== 'open') return this.#connection.close('unauthorized');",
      replace: "if (phase.name !== 'open') return;",
    },
    {
      name: "a socket goes on with somebody else's token",
      find: "if (!isSame) throw new ParleyError('token_invalid');",
      replace: 'void isSame;',
      caughtBy: unit('server/src/gateway/ws/session-calls', 'refresh'),
    },
    {
      name: 'a socket goes on with the token of another tenant',
      find: 'token.actor.userId === phase.token.actor.userId &&\n        token.actor.tenantId === phase.token.actor.tenantId;',
      replace: 'token.actor.userId === phase.token.actor.userId;',
      caughtBy: otherTenant('refresh'),
    },
    {
      name: 'sockets outlive their token',
      find: "if (now > this.#phase.token.expiresAt + tokenGraceMs) return this.#connection.close('unauthorized');",
      replace: '',
    },
    {
      name: 'silent greetings keep their socket',
      find: "services.clock.after(helloTimeoutMs, () => connection.close('unauthorized'));",
      replace: 'services.clock.after(helloTimeoutMs, () => {});',
    },
  ]),
];
