/** Stores write SQL, so kysely needs to know of tables only what its own statements touch: nothing beside the migrations. */
export interface Tables {
  readonly 'parley.migrations': { readonly name: string; readonly hash: string };
}
