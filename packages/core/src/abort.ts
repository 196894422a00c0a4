import type { Check } from './options.ts';

/** `AbortSignal`, as far as this package needs it; Node's is one. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(
    type: 'abort',
    listener: () => void,
    options?: { readonly once?: boolean },
  ): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Of an option that is one. */
export const anAbortSignal: Check = {
  expected: 'an AbortSignal',
  accepts: (value) =>
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<AbortSignalLike>).aborted === 'boolean',
  shown: true,
};

/** Calls back once, at once if it is aborted already. The result takes that back. */
export function onAbort(signal: AbortSignalLike | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => {};
  if (signal.aborted) {
    callback();
    return () => {};
  }
  const listener = (): void => {
    signal.removeEventListener('abort', listener);
    callback();
  };
  signal.addEventListener('abort', listener);
  return () => signal.removeEventListener('abort', listener);
}
