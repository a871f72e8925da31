/** A ledger node as a process of its own, on a free port of loopback. */
import { join } from 'node:path';
import { type Children, firstLine } from './children.ts';

const MAIN = join(import.meta.dirname, '..', 'ledger', 'main.ts');

/** Starts the node of a folder and resolves to its address; undefined when it ended without one. `gone`: it ended without having been told to. */
export async function startLedgerNode(
  children: Children,
  ledgerDir: string,
  gone?: () => void,
): Promise<string | undefined> {
  const node = children.start(process.execPath, [MAIN, '--dir', ledgerDir, '--port', '0'], gone);
  const line = await firstLine(node);
  return line === undefined ? undefined : (JSON.parse(line) as { url: string }).url;
}
