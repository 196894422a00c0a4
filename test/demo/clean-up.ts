import { constants } from 'node:os';
import type { Screen } from '../harness/screen.ts';

/** What has to be undone at the end, however the end comes. */
export interface CleanUp {
  /** Throws {@link Interrupted} when a signal has come meanwhile; the resource is undone all the same. */
  dispose<T extends AsyncDisposable | Disposable>(resource: T): T;
  /** The same screen; once a signal has come, whoever has something to say stops there. */
  interrupts(show: Screen): Screen;
  /** Last in, first out. */
  run(): Promise<void>;
  /** 128+n once Ctrl-C, SIGTERM or SIGHUP has come. */
  exitCode(): number | undefined;
}

export class Interrupted extends Error {}

/**
 * A signal ends what runs, so that whoever waits for that goes on, and comes to an {@link Interrupted}. Only then the
 * rest is undone: a folder that goes while somebody still starts something in it would come back.
 */
export function cleanUp(): CleanUp {
  const resources: (AsyncDisposable | Disposable)[] = [];
  let exitCode: number | undefined;
  let ending: Promise<void> | undefined;
  const goOn = (): void => {
    if (exitCode !== undefined) throw new Interrupted();
  };
  const endWhatRuns = async (): Promise<void> => {
    for (let at = resources.length - 1; at >= 0; at--)
      if (Symbol.asyncDispose in (resources[at] ?? {})) await undo(resources.splice(at, 1));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      exitCode = 128 + constants.signals[signal];
      ending ??= endWhatRuns();
    });
  return {
    dispose: (resource) => {
      resources.push(resource);
      goOn();
      return resource;
    },
    interrupts: (show) => ({
      ...show,
      heading: (text) => {
        goOn();
        show.heading(text);
      },
      say: (text) => {
        goOn();
        show.say(text);
      },
      claim: (text, holds) => {
        goOn();
        show.claim(text, holds);
      },
    }),
    run: async () => {
      await ending;
      while (resources.length > 0) await undo(resources.splice(-1));
    },
    exitCode: () => exitCode,
  };
}

async function undo(resources: readonly (AsyncDisposable | Disposable)[]): Promise<void> {
  for (const resource of resources)
    if (Symbol.asyncDispose in resource) await resource[Symbol.asyncDispose]();
    else resource[Symbol.dispose]();
}
