import type {
  AppSettings,
  CommandForm,
  Config,
  FunctionForm,
  LogFileConfig,
  LogFormat,
  NoCommand,
  PhaseSettings,
  ReadinessConfig,
  RestartConfig,
  RetryConfig,
  WorkConfig,
} from './config.ts';

/**
 * A config with its defaults filled in: what is still optional here has no default. A word that is short for an object
 * has become that object.
 */
export interface FilledConfig extends Omit<Config, 'env' | 'phases' | 'post' | 'shutdown' | 'log'> {
  readonly env: Required<NonNullable<Config['env']>>;
  readonly phases: Readonly<Record<string, FilledPhase>> & { readonly 'exec-app': FilledApp };
  readonly post: Readonly<Record<string, FilledPhase>>;
  readonly shutdown: NonNullable<Config['shutdown']>;
  readonly log: { readonly format: LogFormat; readonly file?: Required<LogFileConfig> };
}

export type FilledPhase = FilledPhaseSettings &
  (CommandForm | { readonly steps: readonly FilledStep[] } | FunctionForm);

interface FilledPhaseSettings
  extends Filled<PhaseSettings, 'env' | 'onFailure' | 'stopSignal' | 'onStop'> {
  readonly retry: Required<RetryConfig>;
}

/** What it does not say itself its phase says. */
export type FilledStep = FilledStepSettings & CommandForm & { readonly name: string };

interface FilledStepSettings extends Filled<WorkConfig, 'env' | 'onFailure'> {
  readonly retry?: Required<RetryConfig>;
}

export type FilledApp = FilledAppSettings & (CommandForm | NoCommand);

interface FilledAppSettings
  extends Filled<
    AppSettings,
    'env' | 'match' | 'mode' | 'stopSignal' | 'gracePeriod' | 'successExitCodes'
  > {
  readonly restart: Required<RestartConfig>;
  readonly readiness?: FilledReadiness;
}

export type FilledReadiness = Filled<
  ReadinessConfig,
  'initialDelay' | 'period' | 'timeout' | 'successThreshold' | 'failureThreshold'
>;

type Filled<Written, Key extends keyof Written> = Omit<Written, Key> & Required<Pick<Written, Key>>;
