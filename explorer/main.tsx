/** The page's only entry: builds everything once. */
import './tokens.css';
import './base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { PageProvider } from './context.tsx';
import { deviceOf } from './device.ts';

const device = deviceOf(
  () => window.localStorage,
  window.navigator.languages,
  () => window.matchMedia('(prefers-color-scheme: dark)').matches,
);
// Before the first picture, so that it is not drawn once in the wrong colours.
document.documentElement.dataset.scheme = device.scheme();

const root = document.getElementById('page');
if (root === null) throw new Error('no place for the page');
createRoot(root).render(
  <PageProvider device={device}>
    <App />
  </PageProvider>,
);
