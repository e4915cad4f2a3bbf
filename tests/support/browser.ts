import { type Browser, chromium } from 'playwright-core';

/** The Chromium `npm test` found. As root, and in containers, its sandbox cannot start. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env['PARLEY_TEST_CHROMIUM'];
  if (executablePath === undefined)
    throw new Error(
      'PARLEY_TEST_CHROMIUM is not set. Run `npm test`, which brings a Chromium, or name its path.',
    );
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
}
