/** What crosses between the server's thread and the database's. One request, one answer, in order. */
export type WorkerRequest =
  | {
      readonly id: number;
      readonly kind: 'query';
      readonly text: string;
      readonly values: readonly unknown[];
    }
  | { readonly id: number; readonly kind: 'close' };

export type WorkerAnswer =
  | {
      readonly id: number;
      readonly kind: 'rows';
      readonly rows: unknown[];
      readonly affectedRows: number | undefined;
    }
  | { readonly id: number; readonly kind: 'error'; readonly error: WireError }
  | { readonly id: 0; readonly kind: 'open' }
  | { readonly id: 0; readonly kind: 'failed'; readonly error: WireError };

/** Of a database error what decisions and logs need. */
export interface WireError {
  readonly message: string;
  readonly code: string | undefined;
  readonly constraint: string | undefined;
}

/** An error of the embedded database, with the fields pg's errors have. */
export class EmbeddedDatabaseError extends Error {
  override readonly name = 'EmbeddedDatabaseError';
  readonly severity = 'ERROR';
  readonly code: string | undefined;
  readonly constraint: string | undefined;

  constructor(error: WireError) {
    super(error.message);
    this.code = error.code;
    this.constraint = error.constraint;
  }
}
