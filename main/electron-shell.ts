/**
 * The Electron shell: one door, two windows, nothing else. Small enough to read whole. The page runs sandboxed with
 * contextIsolation and without Node; it is served by an own protocol under a strict content security policy; every permission,
 * navigation and foreign window is refused. Fuses are set at packaging (electron-builder.yml).
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { app, BrowserWindow, ipcMain, protocol, session, type WebContents } from 'electron';
import type { Answer, Intent, TillApi, TillView } from '../src/till-api.ts';

const SCHEME = 'timecard';
const HOME = `${SCHEME}://till/`;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
};

export interface ShellOptions {
  readonly api: TillApi;
  readonly rendererDir: string;
  readonly preload: string;
  /** A window of somebody else's that may be opened, such as the dock of simulated cards. */
  readonly companion?: string;
  /** Called once, before the last window's process ends. */
  readonly stop: () => Promise<void>;
}

/** Must run before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }]);
}

function policy(nonce: string): string {
  return `default-src 'self'; style-src 'self' 'nonce-${nonce}'; style-src-attr 'unsafe-inline'; img-src 'self'; connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'`;
}

async function serve(rendererDir: string, url: string): Promise<Response> {
  const path = normalize(decodeURIComponent(new URL(url).pathname)).replace(/^[/\\]+/, '');
  if (path.split(/[/\\]/).includes('..')) return new Response('not_found', { status: 404 });
  const file = path === '' ? 'index.html' : path;
  try {
    const bytes = await readFile(join(rendererDir, file));
    const headers: Record<string, string> = {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'x-content-type-options': 'nosniff',
    };
    if (file !== 'index.html') return new Response(new Uint8Array(bytes), { headers });
    const nonce = randomBytes(16).toString('base64url');
    headers['content-security-policy'] = policy(nonce);
    return new Response(bytes.toString('utf8').replaceAll('__CSP_NONCE__', nonce), { headers });
  } catch {
    return new Response('not_found', { status: 404 });
  }
}

const isDisplay = (contents: WebContents) => contents.getURL().endsWith('#display');

function forDisplay(change: Partial<TillView>): Partial<TillView> {
  return change.checkout === undefined ? {} : { checkout: change.checkout };
}

/** Opens the clerk's window and serves the door. Resolves when the window is there. */
export async function openShell(options: ShellOptions): Promise<BrowserWindow> {
  await app.whenReady();
  protocol.handle(SCHEME, (request) => serve(options.rendererDir, request.url));
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
  session.defaultSession.setPermissionCheckHandler(() => false);

  const webPreferences = {
    preload: options.preload,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webviewTag: false,
  };
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event, url) => {
      if (!url.startsWith(HOME)) event.preventDefault();
    });
    contents.setWindowOpenHandler(({ url }) => {
      if (url === `${HOME}#display` || url === `${HOME}index.html#display`)
        return { action: 'allow', overrideBrowserWindowOptions: { webPreferences, autoHideMenuBar: true } };
      if (options.companion !== undefined && url === options.companion)
        return {
          action: 'allow',
          overrideBrowserWindowOptions: {
            width: 380,
            height: 640,
            autoHideMenuBar: true,
            webPreferences: { contextIsolation: true, sandbox: true, nodeIntegration: false },
          },
        };
      return { action: 'deny' };
    });
  });

  const ours = (contents: WebContents) => contents.getURL().startsWith(HOME);
  ipcMain.handle('ask', async (event, intent: Intent): Promise<Answer> => {
    if (!ours(event.sender) || isDisplay(event.sender)) return { ok: false, refusal: 'read_only' };
    return options.api.ask(intent);
  });
  ipcMain.on('watch', (event) => {
    const contents = event.sender;
    if (!ours(contents)) return;
    const stop = options.api.watch((change) => {
      const shown = isDisplay(contents) ? forDisplay(change) : change;
      if (Object.keys(shown).length > 0 && !contents.isDestroyed()) contents.send('change', shown);
    });
    contents.once('destroyed', stop);
    contents.once('did-start-navigation', stop);
  });

  app.on('window-all-closed', () => {
    void options.stop().finally(() => app.quit());
  });
  const window = new BrowserWindow({ width: 1280, height: 800, autoHideMenuBar: true, webPreferences });
  await window.loadURL(HOME);
  return window;
}
