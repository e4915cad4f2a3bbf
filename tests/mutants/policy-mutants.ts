import type { Mutant } from './mutant.js';
import { accessMutants } from './policy/access.js';
import { accountMutants } from './policy/accounts.js';
import { blockMutants } from './policy/blocks.js';
import { conversationMutants } from './policy/conversations.js';
import { logMutants } from './policy/log.js';
import { memberMutants } from './policy/members.js';
import { messageMutants } from './policy/messages.js';
import { ownMutants } from './policy/own.js';
import { tokenMutants } from './policy/tokens.js';

/** Every rule of who may what, each saying "allow" in turn. */
export const policyMutants: readonly Mutant[] = [
  ...accessMutants,
  ...tokenMutants,
  ...logMutants,
  ...conversationMutants,
  ...memberMutants,
  ...messageMutants,
  ...ownMutants,
  ...blockMutants,
  ...accountMutants,
];
