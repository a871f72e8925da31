/**
 * The explorer page at `/`: the files that `vite build -c vite.explorer.config.ts` left in dist/explorer, under a policy by which the page
 * loads nothing from elsewhere, runs nothing inline and is framed by nobody. A node whose page was not built says so.
 * Not here: the page's sources (explorer/), what it asks (`explorer-routes.ts`).
 */
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

const NOT_BUILT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>timecard ledger</title></head>
<body><h1>This is a ledger node.</h1>
<p>Its explorer page has not been built: <code>npx vite build -c vite.explorer.config.ts</code>, then reload.
The node itself works; <a href="/openapi.json">its API</a>.</p>
<p lang="de">Das ist ein Ledger-Knoten. Seine Seite ist noch nicht gebaut: <code>npx vite build -c vite.explorer.config.ts</code>,
dann neu laden. Der Knoten selbst arbeitet.</p></body></html>
`;

function send(reply: FastifyReply, type: string, cache: string, body: Uint8Array | string): FastifyReply {
  return reply
    .header('content-security-policy', POLICY)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('cross-origin-opener-policy', 'same-origin')
    .header('cache-control', cache)
    .type(type)
    .send(body);
}

/** The bytes of a file, or undefined when it is not there. */
function read(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Serves the page built into `dir`. */
export function explorerPage(app: FastifyInstance, dir: string): void {
  const hide = { schema: { hide: true } };
  app.get('/', hide, (_request, reply) => {
    const page = read(join(dir, 'index.html'));
    return page === undefined
      ? send(reply.code(503), 'text/html; charset=utf-8', 'no-store', NOT_BUILT)
      : send(reply, 'text/html; charset=utf-8', 'no-cache', page);
  });
  app.get<{ Params: { file: string } }>('/explorer/:file', hide, (request, reply) => {
    const { file } = request.params;
    const type = TYPES[extname(file)];
    const bytes =
      type !== undefined && /^[\w-][\w.-]*$/.test(file) ? read(join(dir, 'explorer', file)) : undefined;
    // File names carry a hash of what is in them.
    return bytes === undefined || type === undefined
      ? reply.callNotFound()
      : send(reply, type, 'public, max-age=31536000, immutable', bytes);
  });
}
