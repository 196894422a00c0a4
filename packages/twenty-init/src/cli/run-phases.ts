import { unknownPhase } from '../config/unknown-phase.ts';
import type { Log } from '../log/log.ts';
import type { Mask } from '../log/mask.ts';
import { nameList } from '../plan/name-list.ts';
import type { Plan } from '../plan/plan.ts';
import type { Learn } from '../plan/secret-sources.ts';
import { StartError } from '../start-error.ts';
import type { Signals } from '../system/signals.ts';
import type { HostSystem } from '../system/system.ts';
import { run } from './run.ts';

export interface RunPhasesOptions {
  readonly config: string | undefined;
  /** Names with commas between. */
  readonly only: string | undefined;
  readonly skip: string | undefined;
  readonly learn: Learn;
}

/** The phases without the app. Resolves with 0, or with the exit code of the phase that failed. */
export async function runPhases(
  { config, only, skip, learn }: RunPhasesOptions,
  system: HostSystem,
  signals: Signals,
  log: Log,
  mask: Mask,
): Promise<number> {
  const wanted = only === undefined ? undefined : nameList(only);
  const unwanted = nameList(skip ?? '');
  if (wanted?.length === 0) throw new StartError('USAGE', '--only names no phase');
  const leftOut = (phase: string): string | undefined => {
    if (wanted !== undefined && !wanted.includes(phase)) return '--only';
    return unwanted.includes(phase) ? '--skip' : undefined;
  };
  const onPlan = (plan: Plan): void => refuseUnknown(plan, [...(wanted ?? []), ...unwanted]);
  return await run(
    { config, learn, startsApp: false, leftOut, onPlan },
    system,
    signals,
    log,
    mask,
  );
}

/** A typo in `--only` would else skip the migration in silence. */
function refuseUnknown({ phases }: Plan, names: readonly string[]): void {
  const known = phases.filter(({ post }) => !post).map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new StartError('USAGE', unknown.map((name) => unknownPhase(name, known)).join('\n'));
}
