/** Everything that was set going has gone as far as it can. */
export async function turn(): Promise<void> {
  for (let count = 0; count < 4; count += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
