import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { findTool } from './tool.mjs';

/**
 * A Chromium for Playwright's `executablePath`. Nothing is ever downloaded by Playwright; a browser it downloaded before is used.
 * @param {(line: string) => void} [say]
 * @returns {{ path: string, version: string }}
 * @throws {Error} that says what to install
 */
export function findChromium(say = () => {}) {
  const tool = findTool(
    {
      name: 'Chromium',
      places: [process.env.CHROMIUM_PATH ?? '', ...playwrightBrowser(), ...macApplications()].filter(Boolean),
      commands: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
      debianPackages: ['chromium', 'chromium-common'],
      unpackedPlaces: (root) => [join(root, 'usr/lib/chromium/chromium')],
      advice:
        'Install it ("apt-get install chromium", "brew install --cask chromium", "npx playwright install chromium"), ' +
        'or set CHROMIUM_PATH to the program of a Chromium or Chrome.',
    },
    say,
  );
  return { path: tool.env.LD_LIBRARY_PATH ? wrapper(tool) : tool.path, version: tool.version };
}

/**
 * An unpacked Chromium needs its libraries named, and its fonts where the system has none. Playwright takes a path only, so
 * the environment goes into a small script.
 * @param {import('./tool.mjs').Tool} tool
 */
function wrapper(tool) {
  const root = tool.path.slice(0, tool.path.indexOf('/usr/lib/chromium/'));
  const script = join(root, 'chromium');
  const lines = ['#!/bin/sh', `export LD_LIBRARY_PATH="${tool.env.LD_LIBRARY_PATH}"`];
  if (!existsSync('/etc/fonts/fonts.conf')) lines.push(`export FONTCONFIG_FILE="${fontConfiguration(root)}"`);
  lines.push(`exec "${tool.path}" "$@"`, '');
  writeFileSync(script, lines.join('\n'));
  chmodSync(script, 0o755);
  return script;
}

/** @param {string} root */
function fontConfiguration(root) {
  const cache = join(root, 'font-cache');
  mkdirSync(cache, { recursive: true });
  const path = join(root, 'fonts.conf');
  const folders = `<dir>${root}/usr/share/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${cache}</cachedir>`;
  writeFileSync(path, `<?xml version="1.0"?><fontconfig>${folders}</fontconfig>\n`);
  return path;
}

function playwrightBrowser() {
  try {
    const require = createRequire(new URL('../package.json', import.meta.url));
    return [require('playwright-core').chromium.executablePath()];
  } catch {
    // Not installed yet: the other places remain.
    return [];
  }
}

function macApplications() {
  return ['Chromium', 'Google Chrome'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
}
