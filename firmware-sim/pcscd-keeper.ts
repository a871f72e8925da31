/**
 * The process beside a private pcscd: started by `private-pcscd.ts`, where possible in a network and mount namespace of
 * its own, so that the machine's loopback routes, ports, readers and pid file stay as they are. It starts pcscd with its own
 * reader configuration and socket, relays a Unix socket a slot to vpcd's TCP port, and ends pcscd when its own
 * standard input ends: whoever started it cannot leave a daemon behind, not even by being killed.
 *
 * Standard input: the lines `crash` (SIGKILL to pcscd) and `restart`. Standard output: one JSON object a line.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { exit, stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers';

export interface KeeperOrder {
  readonly directory: string;
  readonly socketPath: string;
  readonly slotPaths: readonly string[];
  readonly driver: string;
  /** True: this process has a network and a mount namespace of its own. */
  readonly apart: boolean;
}

const order = JSON.parse(process.argv[2] ?? '{}') as KeeperOrder;
const say = (message: object): void => void stdout.write(`${JSON.stringify(message)}\n`);

/**
 * vpcd 0.8 writes a message's length and body apart (Nagle) and meets delayed ACK: 44 ms an APDU. `quickack` on the
 * loopback routes ends that; they are this namespace's own.
 */
function prepareNamespace(): boolean {
  const ip = (...words: string[]): boolean => spawnSync('ip', words, { stdio: 'ignore' }).status === 0;
  const local = ['dev', 'lo', 'proto', 'kernel', 'scope', 'host', 'src', '127.0.0.1', 'quickack', '1'];
  if (!ip('link', 'set', 'lo', 'up'))
    throw new Error('the private network has no loopback: is iproute2 there?');
  return ['127.0.0.0/8', '127.0.0.1']
    .map((range) => ip('route', 'change', 'local', range, ...local, 'table', 'local'))
    .every(Boolean);
}

/** pcscd writes its pid to /run/pcscd; here /run is a folder of our own. */
function hideRun(): void {
  const run = join(order.directory, 'run');
  mkdirSync(run, { recursive: true });
  if (spawnSync('mount', ['--bind', run, '/run'], { stdio: 'ignore' }).status !== 0)
    throw new Error('mount --bind refused in a namespace of our own');
}

async function freePorts(count: number): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const servers: Server[] = [];
    try {
      const first = createServer().listen(0, '0.0.0.0');
      servers.push(first);
      await once(first, 'listening');
      const port = (first.address() as { port: number }).port;
      for (let i = 1; i < count; i++) {
        const next = createServer().listen(port + i, '0.0.0.0');
        servers.push(next);
        await once(next, 'listening');
      }
      return port;
    } catch {
      // a neighbour is taken: try elsewhere
    } finally {
      await Promise.all(servers.map((s) => new Promise((done) => s.close(done))));
    }
  }
  throw new Error('no free ports');
}

/**
 * pcscd with a socket of our own as file descriptor 3, the way a service manager hands it over (sd_listen_fds). The
 * socket is bound under another name and renamed, because closing our copy removes the name it was bound to.
 */
async function startDaemon(port: number): Promise<ChildProcess> {
  const configuration = join(order.directory, 'reader.conf.d');
  mkdirSync(configuration, { recursive: true });
  writeFileSync(
    join(configuration, 'vpcd'),
    `FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:${port}\nLIBPATH ${order.driver}\nCHANNELID ${port}\n`,
  );
  const bound = `${order.socketPath}.new`;
  const listener = createServer().listen(bound);
  await once(listener, 'listening');
  const handle = (listener as unknown as { _handle: { fd: number } })._handle;
  const command = 'LISTEN_FDS=1 LISTEN_PID=$$ exec pcscd --foreground --info --config "$0"';
  const daemon = spawn('/bin/sh', ['-c', command, configuration], {
    stdio: ['ignore', 'pipe', 'inherit', handle.fd],
    env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` },
  });
  renameSync(bound, order.socketPath);
  listener.close();
  let log = '';
  await new Promise<void>((resolve, reject) => {
    daemon.once('error', reject);
    daemon.once('exit', () => reject(new Error(`pcscd ended at once: ${log.slice(-2000)}`)));
    daemon.stdout?.on('data', (chunk: Buffer) => {
      if (log.length < 100_000) log += chunk.toString();
      if (log.includes('daemon ready')) resolve();
    });
  });
  return daemon;
}

function relay(path: string, port: number): Server {
  return createServer((near) => {
    const far = connect({ port, host: '127.0.0.1' });
    far.setNoDelay(true);
    near.pipe(far);
    far.pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.on('close', () => far.end());
    far.on('close', () => near.destroy());
  }).listen(path);
}

async function endDaemon(daemon: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const ended = once(daemon, 'exit');
  daemon.kill(signal);
  // It waits for a card that does not answer; nothing it holds needs a clean end.
  const impatient = setTimeout(() => daemon.kill('SIGKILL'), 2000);
  await ended;
  clearTimeout(impatient);
}

try {
  const quick = order.apart && prepareNamespace();
  if (order.apart) hideRun();
  const port = await freePorts(order.slotPaths.length);
  let daemon = await startDaemon(port);
  const relays = order.slotPaths.map((path, slot) => relay(path, port + slot));
  await Promise.all(relays.map((r) => once(r, 'listening')));
  say({ ready: true, quick, port });
  for await (const line of createInterface({ input: stdin })) {
    if (line === 'crash') await endDaemon(daemon, 'SIGKILL');
    else if (line === 'restart') daemon = await startDaemon(port);
    say({ done: line });
  }
  await endDaemon(daemon, 'SIGTERM');
  exit(0);
} catch (cause) {
  say({ failed: String(cause) });
  exit(1);
}
