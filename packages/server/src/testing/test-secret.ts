/** Long enough for a server to start with. */
export const testSecret = 'a secret of tests that is long enough';
