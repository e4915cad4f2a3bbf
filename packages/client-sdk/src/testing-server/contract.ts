/** What of the contract needs schemas at run time. The rest of the test server takes `@parley/protocol/wire`, as the SDK does. */
import {
  CallFrameSchema,
  contracts,
  HelloFrameSchema,
  listOperations,
  OpenFrameSchema,
  opIdSchema,
  RefreshFrameSchema,
} from '@parley/protocol';

export type Contracts = typeof contracts;

/** The names of all features, as `welcome` tells them. */
export const featureNames: readonly string[] = Object.keys(contracts);

/** Every operation by its name. */
export const operations = listOperations();

/** Frames a client sends, by their type; `pong` has nothing in it. */
export const frameSchemas = {
  hello: HelloFrameSchema,
  call: CallFrameSchema,
  open: OpenFrameSchema,
  refresh: RefreshFrameSchema,
};

/** The name of a command in canonical form; undefined for what is none. */
export function readOpId(text: string): string | undefined {
  return opIdSchema.safeParse(text).data;
}
