export type { AbortSignalLike } from './abort.ts';
export { spawnChild } from './child/spawn.ts';
export type {
  Child,
  JobState,
  PipedChild,
  ProcessGroup,
  Readable,
  SpawnChildOptions,
  StopOptions,
  StopResult,
} from './child/types.ts';
export { CoreError, type CoreErrorCode, OptionError } from './errors.ts';
export { healthcheckPath, type ProgramPathOptions, pid1Path } from './native.ts';
export type { Environment } from './options.ts';
export { type BecomeOptions, become } from './process/become.ts';
export { checkCwd } from './process/cwd.ts';
export { exitNow } from './process/exit-now.ts';
export { type ExitStatus, exitStatus } from './process/exit-status.ts';
export {
  announceHandOff,
  type HandOffRequest,
  type HandOffResult,
  handOff,
  supervisingPid1,
} from './process/handoff.ts';
export { type FindProgramOptions, findProgram } from './process/program.ts';
export { type SubreaperOptions, setSubreaper } from './process/subreaper.ts';
export {
  createReaper,
  type Reaper,
  type ReaperOptions,
  type ReaperSlice,
} from './reaper/reaper.ts';
export type { ReapedOrphan } from './reaper/zombies.ts';
export { type FanOut, type FanOutOptions, fanOut } from './signals/fan-out.ts';
export { isSignal, type Signal, signalName, signalNumber } from './signals/names.ts';
export type { Route, Routes } from './signals/routes.ts';
export type { FanOutTarget } from './signals/target.ts';
export {
  type AfterEnd,
  afterEnd,
  type Backoff,
  backoffMs,
  type Ended,
  noRestarts,
  type RestartHistory,
  type RestartOptions,
  type RestartPolicy,
  type RestartRule,
  restartDefaults,
  restartRule,
} from './supervisor/restart.ts';
export { nextToStop } from './supervisor/stop-order.ts';
export { createSupervisor } from './supervisor/supervisor.ts';
export type {
  SupervisedProcess,
  Supervisor,
  SupervisorEvent,
  SupervisorOptions,
} from './supervisor/types.ts';
export { killAll } from './tree/kill-all.ts';
export type { KillTreeOptions } from './tree/kill-options.ts';
export { killTree } from './tree/kill-tree.ts';
export { type ProcessTree, type ProcessTreeOptions, processTree } from './tree/process-tree.ts';
export type { ProcessStat } from './tree/stat.ts';
