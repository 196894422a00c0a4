export {
  type AppConfig,
  type Config,
  type Duration,
  defineConfig,
  type EnvCondition,
  type PhaseConfig,
} from './config/config.ts';
