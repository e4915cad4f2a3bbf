import { listOperations, type OperationName } from '@parley/protocol';
import type { Feature } from '../kernel/define-feature.js';
import type { RegisteredOperation } from '../kernel/registry.js';

/** An operation of a feature as the registry would hold it. */
export function operationOf(feature: Feature, name: OperationName): RegisteredOperation {
  const listed = listOperations().get(name);
  const handler = feature.handlers[name];
  if (listed === undefined || handler === undefined) throw new Error(`${feature.name} has no ${name}`);
  // Found under its name; what calls it gives it the input of that operation.
  return { name, ...listed, handler: handler as RegisteredOperation['handler'] };
}
