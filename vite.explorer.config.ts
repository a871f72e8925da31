/**
 * Builds the explorer page into dist/explorer, which a ledger node serves at `/`. Relative addresses, no inline script or style and no
 * data: address, so that the node's content security policy can stay strict.
 */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'explorer',
  base: './',
  plugins: [react()],
  build: {
    outDir: '../dist/explorer',
    emptyOutDir: true,
    assetsDir: 'explorer',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
