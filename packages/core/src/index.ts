export { type BecomeOptions, become } from './become.ts';
export type { ProcessGroup } from './child/group.ts';
export type { JobState } from './child/job.ts';
export {
  type Child,
  type PipedChild,
  type SpawnChildOptions,
  type StopOptions,
  type StopResult,
  spawnChild,
} from './child/spawn-child.ts';
export { checkCwd } from './cwd.ts';
export { CoreError, type CoreErrorCode } from './errors.ts';
export { type ExitStatus, exitStatus } from './exit-status.ts';
export { type FanOut, type FanOutOptions, fanOut, type Route } from './fan-out/fan-out.ts';
export type { FanOutTarget } from './fan-out/target.ts';
export {
  announceHandOff,
  type HandOffRequest,
  type HandOffResult,
  handOff,
  supervisingPid1,
} from './handoff.ts';
export { pid1Path } from './native.ts';
export { type FindProgramOptions, findProgram } from './program.ts';
export {
  createReaper,
  type Reaper,
  type ReaperOptions,
  type ReaperSlice,
} from './reaper/reaper.ts';
export type { ReapedOrphan } from './reaper/zombies.ts';
export { isSignal, type Signal, signalName, signalNumber } from './signals.ts';
export { type SubreaperOptions, setSubreaper } from './subreaper.ts';
export type { Backoff, RestartPolicy } from './supervisor/restart.ts';
export {
  createSupervisor,
  type SupervisedProcess,
  type Supervisor,
  type SupervisorEvent,
  type SupervisorOptions,
} from './supervisor/supervisor.ts';
export { realSystem, type System } from './system.ts';
export { killAll } from './tree/kill-all.ts';
export { type KillTreeOptions, killTree } from './tree/kill-tree.ts';
export { type ProcessTree, type ProcessTreeOptions, processTree } from './tree/process-tree.ts';
export type { ProcessStat } from './tree/stat.ts';
