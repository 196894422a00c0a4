const policies = ['no', 'on-failure', 'always'] as const;

/** As Compose names them. */
export type RestartPolicy = (typeof policies)[number];

export function isRestartPolicy(text: string): text is RestartPolicy {
  return policies.some((policy) => policy === text);
}

export interface Backoff {
  /** Before the first restart, in ms; doubled for each one in a row. Default 100. */
  readonly initialMs?: number;
  /** Default 60,000. */
  readonly maximumMs?: number;
  /** A process that ran for this long starts anew at `initialMs`. Default 10,000. */
  readonly resetAfterMs?: number;
}

/** Whether to start again, and when. */
export interface Restarts {
  /** The pause in ms, or undefined: it stays as it is. `ranMs` is how long the process ran. */
  next(exitCode: number, ranMs: number): number | undefined;
}

/** The defaults are those of Docker's restart policies. */
export function countRestarts(
  policy: RestartPolicy,
  maximum: number,
  { initialMs = 100, maximumMs = 60_000, resetAfterMs = 10_000 }: Backoff,
): Restarts {
  let inARow = 0;
  return {
    next: (exitCode, ranMs) => {
      if (policy === 'no' || (policy === 'on-failure' && exitCode === 0)) return undefined;
      if (ranMs >= resetAfterMs) inARow = 0;
      if (inARow >= maximum) return undefined;
      return Math.min(initialMs * 2 ** inARow++, maximumMs);
    },
  };
}
