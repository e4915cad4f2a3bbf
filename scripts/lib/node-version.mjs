const wanted = { major: 20, minor: 19 };

/** Ends the process with a sentence when this Node is too old: nothing below can be relied on then. */
export function requireNodeVersion() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > wanted.major || (major === wanted.major && minor >= wanted.minor)) return;
  console.error(
    `Parley needs Node ${wanted.major}.${wanted.minor} or newer; this is Node ${process.versions.node}.\n` +
      'Install a newer one from https://nodejs.org (or "nvm install 22"), then run the same command again.',
  );
  process.exit(1);
}
