import { contracts } from '@parley/protocol';
import { defineFeature } from '../../kernel/define-feature.js';

/** Several commands in one request. */
export const batchFeature = defineFeature(contracts.batch, {
  handlers: { runBatch: { policy: 'batch' } },
});
