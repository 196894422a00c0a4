export type { ProcessGroup } from './child/group.ts';
export type { JobState } from './child/job.ts';
export { spawnChild } from './child/spawn.ts';
export type {
  Child,
  PipedChild,
  SpawnChildOptions,
  StopOptions,
  StopResult,
} from './child/types.ts';
export { CoreError, type CoreErrorCode } from './errors.ts';
export { healthcheckPath, pid1Path } from './native.ts';
export { type BecomeOptions, become } from './process/become.ts';
export { checkCwd } from './process/cwd.ts';
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
export { type FanOut, type FanOutOptions, fanOut, type Route } from './signals/fan-out.ts';
export { isSignal, type Signal, signalName, signalNumber } from './signals/names.ts';
export type { FanOutTarget } from './signals/target.ts';
export type { Backoff, RestartPolicy } from './supervisor/restart.ts';
export { createSupervisor } from './supervisor/supervisor.ts';
export type {
  SupervisedProcess,
  Supervisor,
  SupervisorEvent,
  SupervisorOptions,
} from './supervisor/types.ts';
export { realSystem, type System } from './system.ts';
export { killAll } from './tree/kill-all.ts';
export { type KillTreeOptions, killTree } from './tree/kill-tree.ts';
export { type ProcessTree, type ProcessTreeOptions, processTree } from './tree/process-tree.ts';
export type { ProcessStat } from './tree/stat.ts';
