import type { StopSignalName } from './signal-names.ts';

/** A number with a unit, or several in a row: `250ms`, `30s`, `1h30m`. A bare number is an error. */
export type Duration = string;

/** Program and arguments, as exec takes them: no shell, no word splitting. */
export type CommandLine = readonly string[];

/** What runs: a program and its arguments; or a string, and the shell that is to run it. */
export type CommandForm =
  | { readonly command: CommandLine; readonly shell?: never }
  | {
      /** Given to the shell as it is written: the shell fills the variables in, from the environment. */
      readonly command: string;
      /** An absolute path, or a name that is found in PATH. What runs is `[shell, '-c', command]`. */
      readonly shell: string;
    };

/** Holds when everything that is written in it holds. */
export interface Condition {
  /** Variables that have exactly that value. */
  readonly env?: Readonly<Record<string, string>>;
  /** A path that exists; relative to the cwd of the phase or step. */
  readonly file?: string;
  /** A command: 0 holds, 1 does not, anything else is an error and ends the boot with 69. */
  readonly exec?: CommandLine;
}

export interface RetryConfig {
  /** How often it runs at most, the first time included. */
  readonly attempts: number;
  /** Before the second attempt. Default `1s`. */
  readonly delay?: Duration;
  /** Each delay is that many times the one before. Default 2. */
  readonly factor?: number;
  /** Default `30s`. */
  readonly maxDelay?: Duration;
  /** Spreads each delay by up to a fifth either way, so that replicas do not come in step. Default true. */
  readonly jitter?: boolean;
}

/** Where and with what environment a command runs. */
export interface CommandConfig {
  /** Absolute, or relative to the one above it. It never reaches the next phase or step. */
  readonly cwd?: string;
  /** Added to the environment of the container. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What a phase and a step have in common. */
export interface WorkConfig extends CommandConfig {
  /** It does not run when this holds, and counts as done. */
  readonly skipIf?: Condition;
  /** It runs only when this holds, and else counts as done. */
  readonly onlyIf?: Condition;
  /** `abort` (default) ends the boot with its exit code; `warn` goes on and says so; `ignore` goes on quietly. */
  readonly onFailure?: 'abort' | 'warn' | 'ignore';
  /** After an exit code other than 126 and 127; never after a signal or a time-out. In a phase: for each step. */
  readonly retry?: RetryConfig;
  /** From its start, retries included. When it is over it is stopped and has failed, with exit code 124. */
  readonly timeout?: Duration;
  /** The same for a time without any output. In a phase: for each step. */
  readonly idleTimeout?: Duration;
  /** Sent in place of SIGTERM: at a time-out, and when the container is stopped by SIGTERM. In a phase: for each step. */
  readonly stopSignal?: StopSignalName;
}

export type StepConfig = WorkConfig & CommandForm & { readonly name: string };

/** What a `run` function gets. */
export interface RunContext {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Aborted when the phase has to stop. */
  readonly signal: AbortSignal;
  /** Writes to stdout, as a command of the phase would. */
  log(text: string): void;
  /** Runs a command in the cwd and environment of the phase; rejects when it does not end with 0. */
  exec(command: CommandLine): Promise<void>;
}

export interface PhaseSettings extends WorkConfig {
  /** The phases that must be done first. Default: the one written before this one. `[]` starts at once. */
  readonly needs?: readonly string[];
  /** On a stop signal: `cancel` (default) stops it, `defer` lets the step that runs finish first. */
  readonly onStop?: 'cancel' | 'defer';
}

/** A one-shot part of the boot: what needs it starts when it has succeeded. */
export type PhaseConfig = PhaseSettings &
  (CommandForm | { readonly steps: readonly StepConfig[] } | FunctionForm);

export interface FunctionForm {
  /** Only in a TypeScript or JavaScript config. */
  readonly run: (context: RunContext) => Promise<void> | void;
}

/** When the app counts as ready; one of `httpGet`, `tcpSocket`, `exec`, `notifyFd`. */
export interface ReadinessConfig {
  /** Ready when every one of these URLs answers with 2xx or 3xx. */
  readonly httpGet?: string | readonly string[];
  /** `host:port`. */
  readonly tcpSocket?: string;
  /** Ready when it exits 0. */
  readonly exec?: CommandLine;
  /**
   * Ready when it writes a newline to this descriptor, from 3 to 255, which it finds in `NOTIFY_FD`. None of the keys
   * below goes with it: nothing is probed.
   */
  readonly notifyFd?: number;
  /** Default `0s`. */
  readonly initialDelay?: Duration;
  /** Between two probes. Default `2s`. */
  readonly period?: Duration;
  /** Of one probe. Default `2s`. */
  readonly timeout?: Duration;
  /** That many in a row make it ready. Default 1. */
  readonly successThreshold?: number;
  /** Once ready, that many failures in a row make it unready. Default 3. */
  readonly failureThreshold?: number;
}

export interface RestartConfig {
  readonly policy: 'never' | 'on-failure' | 'always';
  /** Before the first restart. Default `1s`. */
  readonly delay?: Duration;
  /** Each delay is that many times the one before. Default 2. */
  readonly factor?: number;
  /** Default `30s`. */
  readonly maxDelay?: Duration;
  /** After that many restarts within `window` the container ends. Default 5. */
  readonly maxRestarts?: number;
  /** Default `5m`. */
  readonly window?: Duration;
}

export type Mode = 'auto' | 'exec' | 'handoff' | 'supervise';

/** The long-running application. Without a command it is the container's CMD. */
export type AppConfig = AppSettings & (CommandForm | NoCommand);

export interface NoCommand {
  readonly command?: never;
  readonly shell?: never;
}

export interface AppSettings extends CommandConfig {
  /** A CMD that starts with one of these is the app too, and takes the place of `command`. */
  readonly match?: readonly CommandLine[];
  /** `auto` (default) takes the first of the others that can do what the config says. */
  readonly mode?: Mode;
  readonly readiness?: ReadinessConfig;
  /** From the start of the app until it is ready; then it is stopped, exit 124. Default: none. */
  readonly startTimeout?: Duration;
  /** Sent in place of SIGTERM when the container is stopped by that, and at `startTimeout`. Default `SIGTERM`. */
  readonly stopSignal?: StopSignalName;
  /** From the stop signal, or from the end of the main process, to SIGKILL. Default `30s`. */
  readonly gracePeriod?: Duration;
  /**
   * What counts as success; default `[0]`. `'forwarded'` also lets the app die of the TERM (or `stopSignal`), INT or
   * QUIT that it was sent, or exit with 128+n for it: npm does the one, many programs the other.
   */
  readonly successExitCodes?: readonly (number | 'forwarded')[];
  /** Default `never`: the platform restarts the container. */
  readonly restart?: RestartConfig['policy'] | RestartConfig;
}

export const logFormats = ['text', 'json', 'ecs'] as const;
export type LogFormat = (typeof logFormats)[number];
/** Also of what is told before the config is read. */
export const defaultLogFormat: LogFormat = 'text';

export interface LogFileConfig {
  /** Relative to {@link Config.cwd}. Its directory has to be there. */
  readonly path: string;
  /** Before it would grow beyond that it is rotated, between two lines: `512K`, `10M`, `1G`. Default `10M`. */
  readonly maxSize?: string;
  /** How many rotated files are kept, as `path.1` and so on. Default 5. */
  readonly maxFiles?: number;
}

export interface Config {
  /** Shown in the log. */
  readonly name?: string;
  /** Absolute. Default: the directory that twenty-init was started in. */
  readonly cwd?: string;
  readonly env?: {
    /** Variables that must be set and not empty before anything runs. */
    readonly required?: readonly string[];
    /** Variables that may come from a file: `NAME_FILE`, or `NAME` in `$CREDENTIALS_DIRECTORY`. */
    readonly fromFiles?: readonly string[];
  };
  /** In the order in which they run; `exec-app` comes last. */
  readonly phases: Readonly<Record<string, PhaseConfig>> & { readonly 'exec-app': AppConfig };
  /** Run in order after the app has ended; they never change the exit code. */
  readonly post?: Readonly<Record<string, PhaseConfig>>;
  readonly shutdown?: {
    /** For deferred steps and `post` together, from the stop signal. Default: none; the platform's own limit counts. */
    readonly timeout?: Duration;
  };
  readonly log?: {
    /** Of our own lines. Default `text`. */
    readonly format?: LogFormat;
    /** What the phases and the app write goes there too. */
    readonly file?: string | LogFileConfig;
  };
}

/** As it is written: an index signature, as {@link Config} has one, would ask the keys of a phase of exec-app too. */
export type WrittenConfig<Name extends string> = Omit<Config, 'phases'> & {
  readonly phases: {
    readonly [Key in Name]: Key extends 'exec-app' ? AppConfig : PhaseConfig;
  } & { readonly 'exec-app': AppConfig };
};

/** Types a config file; returns its argument. */
export function defineConfig<Name extends string>(config: WrittenConfig<Name>): Config {
  return config as Config;
}
