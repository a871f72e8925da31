/** A terminal's door as a test's clerk has it: the view as it stands, waiting for what it shows, intents that must be done. */
import type { Terminal } from '../../main/main.ts';
import type { Intent, TillView } from '../../src/till-api.ts';

export interface AtTheDoor {
  /** Always the same object, kept up by what the terminal pushes. */
  readonly view: TillView;
  /** Resolves as soon as it is so. */
  until(so: () => boolean): Promise<void>;
  /** A refusal fails the test. */
  done(intent: Intent): Promise<void>;
}

export function atTheDoor({ api }: Pick<Terminal, 'api'>): AtTheDoor {
  const view = {} as TillView;
  const waiting = new Set<() => void>();
  api.watch((change) => {
    Object.assign(view, change);
    for (const look of [...waiting]) look();
  });
  return {
    view,
    until: (so) =>
      new Promise((resolve) => {
        const look = () => {
          if (!so()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async done(intent) {
      const answer = await api.ask(intent);
      if (!answer.ok) throw new Error(`${intent.intent}: ${answer.refusal}`);
    },
  };
}
