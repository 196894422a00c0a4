/** Where the values are that nothing of ours may show. */
export interface SecretSources {
  readonly env: NodeJS.ProcessEnv;
  /** The config as it is written, right or wrong. */
  readonly written?: unknown;
}

/** Takes them in place of those before. */
export type Learn = (sources: SecretSources) => void;
