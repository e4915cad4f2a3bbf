/** A process that holds the embedded database's directory until it is killed: `node --import tsx hold-directory.ts <directory>`. */
import { lockDirectory } from '../db/embedded/directory-lock.js';

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('name a directory');
try {
  await lockDirectory(directory);
  process.stdout.write('held\n');
  // Ends with the pipe of whoever started it, should nobody kill it.
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
