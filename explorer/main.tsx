/** The page's only entry: builds everything once. */
import '../widgets/palette.css';
import './tokens.css';
import '../widgets/base.css';
import './base.css';
import { createRoot } from 'react-dom/client';
import { deviceOf } from '../widgets/device.ts';
import { App } from './app.tsx';
import { PageProvider } from './context.tsx';

const device = deviceOf<'page'>(
  'timecard.explorer',
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
