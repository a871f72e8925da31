/**
 * Builds the screen into dist/renderer. Relative addresses, no inline script and no data: address, so that the host's
 * content security policy can stay at `default-src 'self'`. The host fills `__CSP_NONCE__` in index.html on each answer.
 */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'renderer',
  base: './',
  plugins: [react()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1_000,
  },
});
