import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `vite dev` finds the server; the built app is served by the server itself. */
const server = process.env.PARLEY_URL ?? 'http://localhost:7400';

/** The first browsers with `light-dark()`: older targets would have it compiled away. */
const browsers = ['chrome123', 'edge123', 'firefox121', 'safari17.5'];

export default defineConfig({
  plugins: [react()],
  build: { target: browsers, sourcemap: true },
  server: { proxy: { '/v1': { target: server, ws: true }, '/demo.json': server } },
});
