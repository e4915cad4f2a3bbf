/** The second half of `npm run generate`: docs/reference, written from the sources. */
import { runReference } from './lib/check/reference.mjs';

const { code, output } = await runReference([]);
console.log(output.trim());
process.exitCode = code ?? 1;
