/** A `.sql` file imported as text: esbuild (tsup) and vitest are both configured to give its content. */
declare module '*.sql' {
  const text: string;
  export default text;
}
