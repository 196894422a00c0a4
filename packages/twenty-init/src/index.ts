export {
  type AppConfig,
  type CommandForm,
  type CommandLine,
  type Condition,
  type Config,
  type Duration,
  defineConfig,
  type Mode,
  type PhaseConfig,
  type ReadinessConfig,
  type RestartConfig,
  type RetryConfig,
  type RunContext,
  type StepConfig,
  type WrittenConfig,
} from './config/config.ts';
export type { StopSignalName } from './config/signal-names.ts';
