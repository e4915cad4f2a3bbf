import { defaultTenantId } from '../access/actor.js';
import type { Database } from '../db/database.js';
import { createSmtpMailer } from '../features/auth/mailer.js';
import {
  createResetRequests,
  type ResetRequests,
  type ResetRequestsOptions,
} from '../features/auth/reset-requests.js';
import { BoundedQueue } from '../lib/bounded-queue.js';
import type { ResolvedOptions } from '../options.js';

export interface OpenResetRequestsOptions {
  readonly database: Database;
  readonly options: Pick<ResolvedOptions, 'mail' | 'publicUrl' | 'isLoopback' | 'clock'>;
  readonly log: {
    info(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

/** Links for new passwords on the way the options give: by mail; printed in the log on a developer's machine; or not at all, which the log says. */
export function openResetRequests({ database, options, log }: OpenResetRequestsOptions): ResetRequests {
  let hasSaidMissing = false;
  return createResetRequests({
    database,
    tenantId: defaultTenantId,
    queue: new BoundedQueue({ concurrency: 4, queueLimit: 100 }),
    clock: options.clock,
    deliver: chooseWay({ options, log }),
    onNoWay: () => {
      // Once: anybody can make this happen.
      if (hasSaidMissing) return;
      hasSaidMissing = true;
      log.error(
        { missing: missingOf(options) },
        'forgotten passwords cannot be set anew: settings are missing',
      );
    },
    onError: (error) => log.error(describe(error), 'a link for a new password could not be sent'),
  });
}

function chooseWay({
  options,
  log,
}: Pick<OpenResetRequestsOptions, 'options' | 'log'>): ResetRequestsOptions['deliver'] {
  const { mail, publicUrl, isLoopback } = options;
  // The token is in the fragment, which browsers send to no server, so it is in no log of requests and no Referer.
  const link = (token: string) => `${(publicUrl ?? '').replace(/\/+$/, '')}/reset-password#token=${token}`;
  if (mail !== undefined && publicUrl !== undefined) {
    const mailer = createSmtpMailer(mail);
    return ({ email, token }) =>
      mailer.send({ to: email, subject: 'A new password', text: words(link(token)) });
  }
  if (mail === undefined && isLoopback)
    return async ({ token }) =>
      log.info({ link: link(token) }, 'set a new password; mailed once PARLEY_SMTP_URL is set');
  return undefined;
}

function words(link: string): string {
  return [
    'Somebody, probably you, asked for a new password. This link sets one, once and within an hour:',
    link,
    'If it was not you, there is nothing to do: your password stays as it is.',
    '',
  ].join('\n\n');
}

function missingOf({ mail, publicUrl }: OpenResetRequestsOptions['options']): string[] {
  return [
    ...(mail === undefined ? ['PARLEY_SMTP_URL', 'PARLEY_MAIL_FROM'] : []),
    ...(publicUrl === undefined ? ['PARLEY_PUBLIC_URL'] : []),
  ];
}

/** What tells failures apart. The words of a mail server's answer repeat the address. */
function describe(error: unknown): object {
  // Whatever was thrown is an object with these fields or without them.
  const { name, code, command, responseCode } = Object(error) as Record<string, unknown>;
  return { name, code, command, responseCode };
}
