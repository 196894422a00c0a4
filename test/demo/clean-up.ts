import { constants } from 'node:os';

/** What has to be undone at the end, however the end comes. */
export interface CleanUp {
  dispose<T extends AsyncDisposable | Disposable>(resource: T): T;
  /** Last in, first out. */
  run(): Promise<void>;
}

/** Also runs at Ctrl-C, SIGTERM and SIGHUP, and then exits with 128+n. */
export function cleanUp(): CleanUp {
  const resources: (AsyncDisposable | Disposable)[] = [];
  let running: Promise<void> | undefined;
  const disposeAll = async (): Promise<void> => {
    for (const resource of resources.reverse())
      if (Symbol.asyncDispose in resource) await resource[Symbol.asyncDispose]();
      else resource[Symbol.dispose]();
  };
  const run = (): Promise<void> => {
    running ??= disposeAll();
    return running;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      void run().finally(() => process.exit(128 + constants.signals[signal]));
    });
  return {
    dispose: (resource) => {
      resources.push(resource);
      return resource;
    },
    run,
  };
}
