/**
 * Gives the access token. Called for every attempt to connect and every HTTP request, so it should answer from memory while the token is good.
 * `rejectedToken` is one the server has just refused: give another, or throw.
 */
export type GetToken = (context: { readonly rejectedToken?: string }) => string | Promise<string>;
