/** Ids made here and not used yet. What comes under any other id may have been sent before, by an earlier page or another program. */
export interface FreshIds {
  readonly make: () => string;
  /** True once for an id that was made here. */
  readonly use: (id: string) => boolean;
}

/** Whoever makes so many and uses none has made them for something else. */
const most = 1000;

export function createFreshIds(create: () => string): FreshIds {
  const fresh = new Set<string>();
  return {
    make: () => {
      const id = create();
      fresh.add(id);
      const [oldest = id] = fresh;
      if (fresh.size > most) fresh.delete(oldest);
      return id;
    },
    use: (id) => fresh.delete(id),
  };
}
