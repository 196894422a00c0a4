import type { FilledApp, FilledConfig } from '../config/filled-config.ts';
import type { Problem } from '../config/problem.ts';

/** From the one that leaves least behind to the one that can do most. */
const modes = ['exec', 'handoff', 'supervise'] as const;
export type ChosenMode = (typeof modes)[number];

export interface ModeChoice {
  readonly mode: ChosenMode;
  /** The key that decided. */
  readonly because: string;
  readonly problems: readonly Problem[];
}

/** The smallest mode that can do what the config says; a smaller one that the config names is a problem. */
export function chooseMode(config: FilledConfig): ModeChoice {
  const app = config.phases['exec-app'];
  const needs = needsOf(config, app);
  const { mode, because } =
    app.mode === 'auto' ? mostDemanding(needs) : { mode: app.mode, because: 'exec-app.mode' };
  return {
    mode,
    because,
    problems: needs
      .filter((need) => rank(need.mode) > rank(mode))
      .map((need) => ({
        kind: 'mode',
        where: 'phases.exec-app.mode',
        what: `"${mode}" cannot do ${need.key}, which needs mode "${need.mode}"`,
      })),
  };
}

interface Need {
  readonly mode: ChosenMode;
  readonly key: string;
}

/** What needs more than `exec`, the most demanding last. */
function needsOf(config: FilledConfig, app: FilledApp): Need[] {
  const ownCodes = app.successExitCodes.filter((code) => code !== 0 && code !== 'forwarded');
  return [
    ...when('handoff', 'exec-app.startTimeout', app.startTimeout !== undefined),
    ...when('handoff', 'exec-app.readiness', app.readiness !== undefined),
    ...when('supervise', `exec-app.successExitCodes (${ownCodes.join(', ')})`, ownCodes.length > 0),
    ...when('supervise', 'exec-app.stopSignal', app.stopSignal !== 'SIGTERM'),
    ...when('supervise', 'exec-app.restart', app.restart.policy !== 'never'),
    ...when('supervise', 'post', Object.keys(config.post).length > 0),
    ...when('supervise', 'log.file', config.log.file !== undefined),
  ];
}

function when(mode: ChosenMode, key: string, is: boolean): Need[] {
  return is ? [{ mode, key }] : [];
}

function mostDemanding(needs: readonly Need[]): Pick<ModeChoice, 'mode' | 'because'> {
  const last = needs.at(-1);
  return last === undefined
    ? { mode: 'exec', because: 'nothing in the config needs more' }
    : { mode: last.mode, because: last.key };
}

function rank(mode: ChosenMode): number {
  return modes.indexOf(mode);
}
