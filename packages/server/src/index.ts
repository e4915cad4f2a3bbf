/** The Parley server: as a function, and as a Fastify plugin. */
export type { ParleyOptions } from './options.js';
export { parley } from './plugin.js';
export { createServer, type ServerOptions } from './server.js';
