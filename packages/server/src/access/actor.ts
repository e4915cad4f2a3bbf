import type { SessionId, TenantId, UserId } from '@parley/protocol';

/** Who acts: every decision, row and event starts from it. */
export interface Actor {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  /** The session the token belongs to. */
  readonly sessionId: SessionId;
}

/** Software of the deployment's own, by a server key or in process: nobody in particular. */
export interface ServerCaller {
  readonly tenantId: TenantId;
}

/** The tenant of a deployment that has only one. */
// A constant in canonical form is a tenant's id by definition.
export const defaultTenantId = '00000000-0000-4000-8000-000000000001' as TenantId;

/** The session of whoever acts in process. There is no row of it, so nobody can end it. */
// A constant in canonical form is a session's id by definition.
export const inProcessSessionId = '00000000-0000-4000-8000-000000000002' as SessionId;
