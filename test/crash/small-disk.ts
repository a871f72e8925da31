/** A real small disk: a tmpfs of its own, filled to the last byte when it is told to. Only root may mount; without it this throws and says so. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly dir: string;
  /** Fills it; so many bytes are left. */
  fill(but?: number): void;
  empty(): void;
  unmount(): void;
}

export function smallDisk(mebibytes = 6): SmallDisk {
  const dir = mkdtempSync(join(tmpdir(), 'timecard-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', dir]);
  if (mounted.status !== 0) throw new Error(`a small disk needs root: ${mounted.stderr}`);
  const ballast = join(dir, 'ballast');
  return {
    dir,
    fill(but = 0) {
      const file = openSync(ballast, 'a');
      for (const bytes of [65_536, 4_096, 512, 1])
        try {
          for (;;) if (writeSync(file, Buffer.alloc(bytes)) < bytes) break;
        } catch (error) {
          if ((error as { code?: string }).code !== 'ENOSPC') throw error;
        }
      closeSync(file);
      if (but > 0) spawnSync('truncate', ['-s', `-${but}`, ballast]);
    },
    empty: () => rmSync(ballast, { force: true }),
    unmount() {
      spawnSync('umount', ['-l', dir]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
