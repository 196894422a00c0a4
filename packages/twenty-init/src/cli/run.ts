import { announceHandOff, become, CoreError, signalNumber } from '@twenty-init/core';
import type { Problem } from '../config/problem.ts';
import type { End } from '../engine/report.ts';
import type { StopSignal } from '../engine/signals.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Log } from '../log/log.ts';
import type { Mask } from '../log/mask.ts';
import { reporter } from '../log/reporter.ts';
import type { LogFile } from '../plan/log-file.ts';
import { appPhase, type Plan } from '../plan/plan.ts';
import { preflight } from '../plan/preflight.ts';
import { nowhere, type Prepared, type PrepareOptions, prepare } from '../plan/prepare.ts';
import { boot } from '../run/boot.ts';
import { ownLog } from '../run/own-log.ts';
import { StartError } from '../start-error.ts';
import { becomePid1 } from '../system/become-pid1.ts';
import type { Signals } from '../system/signals.ts';
import type { HostSystem } from '../system/system.ts';
import { endAtUncaught } from '../system/uncaught.ts';
import { messageOf } from '../thrown.ts';
import { counted, refuse } from './refuse.ts';

export interface RunOptions extends PrepareOptions {
  /** Called before anything runs. What it throws ends the boot. */
  readonly onPlan?: (plan: Plan) => void;
}

/** Boots, and resolves with the exit code; in mode exec only when the boot did not end in the app. */
export async function run(
  options: RunOptions,
  system: HostSystem,
  signals: Signals,
  earlyLog: Log,
  mask: Mask,
): Promise<number> {
  try {
    return await bootOrPassThrough(options, system, signals, earlyLog, mask);
  } catch (error) {
    const isTold = error instanceof StartError || error instanceof CoreError;
    const exitCode = isTold ? error.exitCode : exitCodes.internal;
    await leaveMessage({ ...byUs, exitCode, reason: messageOf(error) }, mask);
    throw error;
  }
}

async function bootOrPassThrough(
  options: RunOptions,
  system: HostSystem,
  signals: Signals,
  earlyLog: Log,
  mask: Mask,
): Promise<number> {
  const { cmd = [], startsApp = true, onPlan } = options;
  // A config is a program, and may take its time.
  const prepared = await Promise.race([prepare(options), signals.stop]);
  if (typeof prepared === 'string') return stoppedEarly(prepared, earlyLog);
  switch (prepared.type) {
    case 'no config':
      if (!startsApp) throw new StartError('USAGE', `${nowhere()}; name one with --config`);
      if (cmd.length === 0)
        throw new StartError('USAGE', `${nowhere()}, and no CMD: nothing to run`);
      earlyLog('warn', `${nowhere()}: no phases`);
      return await passThrough(cmd, signals, earlyLog, mask);
    case 'bad config':
      return await refuseBoot(prepared, earlyLog, mask);
    case 'not the app':
      earlyLog('info', `CMD is not ${appPhase}: no phases`);
      return await passThrough(cmd, signals, earlyLog, mask);
    case 'planned':
      onPlan?.(prepared.plan);
      return await bootPlanned(prepared, startsApp, system, signals, mask);
  }
}

async function bootPlanned(
  { plan, file, logFormat, problems }: Extract<Prepared, { type: 'planned' }>,
  startsApp: boolean,
  system: HostSystem,
  signals: Signals,
  mask: Mask,
): Promise<number> {
  const log = await ownLog(logFormat, mask, system);
  const all = [...problems, ...preflight(plan), ...(startsApp ? platformProblems() : [])];
  if (all.length > 0) return await refuseBoot({ file, problems: all }, log, mask);

  const needsPid1 = startsApp && plan.mode !== 'exec' && system.pid1 === undefined;
  if (needsPid1) await becomePid1(system, signals, log);

  const name = plan.name ?? 'without a name';
  log('info', `booting ${name} (config ${file}, pid ${process.pid})`, {
    event: 'booting',
    ...(plan.name === undefined ? {} : { app: plan.name }),
  });
  if (startsApp)
    log('info', `mode ${plan.mode}: ${plan.modeBecause}`, { event: 'mode', mode: plan.mode });
  if (startsApp && system.pid1 !== undefined) announceHandOff(system.pid1);
  const stopped = signals.stopped();
  if (stopped !== undefined) return stoppedEarly(stopped, log);
  let end: End | undefined;
  const tell = reporter(plan, log);
  const output = plan.logFile === undefined ? system : await teed(system, plan.logFile, log);
  const booting = boot(plan, output, (report) => {
    if (report.type === 'ended') end = report.end;
    tell(report);
  });
  signals.tell(booting.signal);
  const stopCatching = endAtUncaught(booting, system, log);
  try {
    const exitCode = await booting.ended;
    if (end !== undefined) {
      if (exitCode !== 0) await leaveMessage(end, mask);
      // Whoever forced the end, or has waited for a whole grace period, waits for nothing more.
      const inOrder = !booting.state().forced && exitCode !== exitCodes.killed;
      // At every end: a signal on the way into the app finds pid1 told that 128+n counts as 0.
      if (inOrder) await system.leaveRest(plan.app.gracePeriodMs);
      // With PID 1 the kernel ends what is left; below any other parent pid1 does, once this process is gone.
      else if (system.pid1 !== 1) await system.leaveRest(ownEndMs);
    }
    return exitCode;
  } finally {
    stopCatching();
  }
}

/** More than this process takes to end. */
const ownEndMs = 500;

/** Before anything runs. */
function stoppedEarly(signal: StopSignal, log: Log): number {
  log('warn', `${signal} while the config was read: nothing was started`, { signal });
  return 128 + signalNumber(signal);
}

const byUs = { exitedBy: 'init', lastLines: [] } as const;

async function refuseBoot(
  { file, problems }: { readonly file: string; readonly problems: readonly Problem[] },
  log: Log,
  mask: Mask,
): Promise<number> {
  const exitCode = refuse(file, problems, log);
  const lastLines = problems.map(({ where, what }) => `${where}: ${what}`);
  const reason = `${file}: ${counted(problems)}, nothing was started`;
  await leaveMessage({ ...byUs, exitCode, reason, lastLines }, mask);
  return exitCode;
}

/** For the platform that shows it where nobody looks into the log. */
async function leaveMessage(end: End, mask: Mask): Promise<void> {
  const { terminationLog, writeTerminationMessage } = await import('../log/termination-message.ts');
  writeTerminationMessage(terminationLog, end, mask);
}

/** Found before the phases run, and not when the app is to take over. */
function platformProblems(): Problem[] {
  if (process.platform === 'linux') return [];
  const what = `needs Linux; this is ${process.platform}, where run-phases and check work`;
  return [{ kind: 'container', where: `phases.${appPhase}`, what }];
}

async function teed(system: HostSystem, file: LogFile, log: Log): Promise<HostSystem> {
  const { withLogFile } = await import('../system/tee.ts');
  return withLogFile(
    system,
    file,
    (why) => log('warn', `${file.path} cannot be written (${why}): the output goes on without it`),
    (why) => log('warn', `${file.path} cannot be rotated (${why}): it grows on`),
  );
}

async function passThrough(
  cmd: readonly string[],
  signals: Signals,
  log: Log,
  mask: Mask,
): Promise<number> {
  const [program = '', ...args] = cmd;
  log('info', `running ${cmd.join(' ')}`);
  try {
    return await become(program, args, { canceled: () => signals.stopped() !== undefined });
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    const stopped = signals.stopped();
    if (stopped !== undefined) return stoppedEarly(stopped, log);
    log('error', error.message);
    const { exitCode, message: reason } = error;
    await leaveMessage({ ...byUs, exitCode, reason }, mask);
    return exitCode;
  }
}
