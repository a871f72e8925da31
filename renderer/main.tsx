/**
 * The screen's only entry: builds everything once and draws the clerk's screen, or the customer's when the address ends
 * with `#display`. The nonce is the host's, for the one style element the component library writes.
 */
import '@mantine/core/styles.layer.css';
import '../widgets/palette.css';
import './tokens.css';
import '../widgets/base.css';
import './base.css';
import { MantineProvider } from '@mantine/core';
import { createRoot } from 'react-dom/client';
import { deviceOf } from '../widgets/device.ts';
import { App } from './app.tsx';
import { ScreenProvider, type Window } from './context.tsx';
import { CustomerDisplay } from './display/customer-display.tsx';
import { openDoor } from './door.ts';
import { createScreenStore } from './store.ts';
import { cssVariables, theme } from './theme.ts';

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
// The scroll lock of dialogs adds a style element of its own and looks here for the nonce.
Object.assign(window, { __webpack_nonce__: nonce });

const isDisplay = window.location.hash === '#display';
const device = deviceOf<Window>(
  'timecard',
  () => window.localStorage,
  window.navigator.languages,
  () => window.matchMedia('(prefers-color-scheme: dark), (prefers-contrast: more)').matches,
);
// Before the first picture, so that it is not drawn once in the wrong colours.
document.documentElement.dataset.mantineColorScheme = device.scheme();
const store = createScreenStore(openDoor(window, isDisplay), () => performance.now());

createRoot(document.getElementById('screen')!).render(
  <MantineProvider
    theme={theme}
    cssVariablesResolver={cssVariables}
    getStyleNonce={() => nonce}
    defaultColorScheme={device.scheme()}
    colorSchemeManager={{
      get: () => device.scheme(),
      set: (scheme) => device.setScheme(scheme === 'dark' ? 'dark' : 'light'),
      subscribe: () => {},
      unsubscribe: () => {},
      clear: () => {},
    }}
  >
    <ScreenProvider store={store} device={device} window={isDisplay ? 'display' : 'clerk'}>
      {isDisplay ? <CustomerDisplay /> : <App />}
    </ScreenProvider>
  </MantineProvider>,
);
