/**
 * The hand that holds a card in a reader: a process that puts one card file behind vpcd and keeps it there until it is
 * pulled or the reader goes away. It listens on a control socket for one JSON object a line. Started by `card insert`, told
 * over its parent's channel once the reader has the card.
 *
 * Arguments: folder, name, port (or socket path) of the vpcd slot, `extended` or `short`.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { argv, exit } from 'node:process';
import { createInterface } from 'node:readline';
import { createCard } from './card.ts';
import { cardPath, controlPath, followFile, readCard } from './card-files.ts';
import { connectCard } from './vpcd.ts';

/** What the holder is told; it answers each with `{"ok": true}` or `{"ok": false}`. */
export type HolderOrder =
  | { readonly do: 'pull' }
  | { readonly do: 'pull-after'; readonly bytes: number }
  | { readonly do: 'status' };

export interface HolderAnswer {
  readonly ok: boolean;
  readonly port?: string;
}

async function main(): Promise<void> {
  const [folder, name, portText, lengths] = argv.slice(2) as [string, string, string, string];
  const say = (message: object): void => void process.send?.(message);
  const image = readCard(folder, name);
  if (!image.ok) {
    say({ failed: image.refusal });
    return;
  }
  const file = followFile(cardPath(folder, name));
  const card = createCard(image.value, {
    random: (n) => Uint8Array.from(randomBytes(n)),
    extended: lengths !== 'short',
    onWrite: file.write,
  });
  const port = /^[0-9]+$/.test(portText) ? Number(portText) : portText;
  const inserted = await connectCard({ port, card }).catch((cause: NodeJS.ErrnoException) => {
    say({ failed: 'no_reader', detail: cause.code ?? String(cause) });
    return undefined;
  });
  if (inserted === undefined) return;

  const path = controlPath(folder, name);
  const asking = new Set<Socket>();
  const serve = (socket: Socket): void => {
    asking.add(socket);
    socket.on('close', () => asking.delete(socket));
    socket.on('error', () => socket.destroy());
    createInterface({ input: socket }).on('line', (line) => {
      const answer = (reply: HolderAnswer): void => void socket.write(`${JSON.stringify(reply)}\n`);
      let order: HolderOrder;
      try {
        order = JSON.parse(line) as HolderOrder;
      } catch {
        answer({ ok: false });
        return;
      }
      if (order.do === 'status') answer({ ok: true, port: portText });
      else if (order.do === 'pull') void inserted.remove().then(() => answer({ ok: true }));
      else if (order.do === 'pull-after' && Number.isSafeInteger(order.bytes) && order.bytes >= 0) {
        inserted.pullAfterBytes(order.bytes);
        answer({ ok: true });
      } else answer({ ok: false });
    });
  };
  const control = createServer(serve);
  await new Promise<void>((resolve, reject) => {
    control.once('error', reject);
    control.listen(path, resolve);
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void inserted.remove());
  say({ ready: true });
  if (process.connected) process.disconnect();
  await inserted.gone;
  file.close();
  // The socket's name goes first: whoever asks after that finds no card inserted.
  rmSync(path, { force: true });
  control.close();
  // The answer to «pull» first, then the end; the process ends with its last connection.
  await new Promise(setImmediate);
  for (const socket of asking) socket.end();
}

main().catch((cause: unknown) => {
  process.send?.({ failed: 'holder_failed', detail: String(cause) });
  exit(1);
});
