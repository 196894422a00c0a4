/** A number with a unit, or several in a row: `250ms`, `30s`, `1h30m`. A bare number is an error. */
export type Duration = string;

/** True when every variable listed has exactly that value. */
export interface EnvCondition {
  readonly env: Readonly<Record<string, string>>;
}

/** Where and with what environment a command runs. */
export interface CommandConfig {
  /** Absolute, or relative to {@link Config.cwd}. Default: {@link Config.cwd}. It never reaches the next phase. */
  readonly cwd?: string;
  /** Added to the environment of the container. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A one-shot step of the boot: the next phase starts when it has succeeded. */
export interface PhaseConfig extends CommandConfig {
  /** Program and arguments, as exec takes them: no shell, no word splitting. */
  readonly command: readonly string[];
  /** The phase does not run, and counts as done. */
  readonly skipIf?: EnvCondition;
  /** `abort` (default): the boot ends with the exit code of the phase. `warn`: the boot goes on and says so. */
  readonly onFailure?: 'abort' | 'warn';
  /** Default: none. When it is over the phase is stopped and has failed, with exit code 124. */
  readonly timeout?: Duration;
}

/** The long-running application. */
export interface AppConfig extends CommandConfig {
  /** Default: the container's CMD. */
  readonly command?: readonly string[];
  /** From the stop signal, or from the end of the main process, to SIGKILL. Default `30s`. */
  readonly gracePeriod?: Duration;
  /**
   * What counts as success; default `[0]`. `'forwarded'` also lets the app die of the TERM, INT or QUIT that it was
   * sent, or exit with 128+n for it: npm does the one, many programs the other.
   */
  readonly successExitCodes?: readonly (0 | 'forwarded')[];
}

export interface Config {
  /** Shown in the log. */
  readonly name?: string;
  /** Absolute. Default: the directory that twenty-init was started in. */
  readonly cwd?: string;
  readonly env?: {
    /** Variables that must be set and not empty before anything runs. */
    readonly required?: readonly string[];
  };
  /** In the order in which they run; `exec-app` comes last. */
  readonly phases: Readonly<Record<string, PhaseConfig>> & { readonly 'exec-app': AppConfig };
}

/** Types a config file; returns its argument. */
export function defineConfig(config: Config): Config {
  return config;
}
