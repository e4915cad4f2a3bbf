import type { View } from '@parley/client-sdk';
import { useSyncExternalStore } from 'react';

/** The present value of a view; renders again when it changes. */
export function useView<T>(view: View<T>): T {
  return useSyncExternalStore(view.subscribe, view.getSnapshot, view.getSnapshot);
}
