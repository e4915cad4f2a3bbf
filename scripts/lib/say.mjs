/** One short line to the person who waits. Standard error, so that standard output stays the command's own. @param {string} line */
export function say(line) {
  console.error(line);
}

/** @param {number} started  from `performance.now()` @returns {string} such as "3.2 s" */
export function since(started) {
  return seconds(performance.now() - started);
}

/** @param {number} ms @returns {string} such as "3.2 s" or "2 min 05 s" */
export function seconds(ms) {
  if (ms < 99_950) return `${(ms / 1000).toFixed(1)} s`;
  const whole = Math.round(ms / 1000);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** Prints why the command could not go on and ends the process. @param {unknown} error @returns {never} */
export function fail(error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
