import { formatDuration } from '../config/format-duration.ts';
import type { Report } from '../engine/report.ts';
import type { App } from '../plan/app.ts';
import type { Place } from '../plan/command.ts';
import type { Phase } from '../plan/phase.ts';
import { appPhase, type Plan } from '../plan/plan.ts';
import { shownFd } from '../plan/readiness.ts';
import type { Fields, Level, Log } from './log.ts';
import { summaryTable } from './summary.ts';

/** Tells a boot in the log, an event a line. */
export function reporter(plan: Plan, log: Log): (report: Report) => void {
  return (report) => {
    for (const [level, message, fields] of told(report, plan))
      log(level, message, { event: report.type, ...fields });
  };
}

type Line = readonly [level: Level, message: string, fields?: Fields];

function told(report: Report, { app }: Plan): Line[] {
  switch (report.type) {
    case 'phase-started': {
      const { name } = report.phase;
      return [['info', `── ${name} ── ${whatRan(report.phase)}`, { phase: name }]];
    }
    case 'phase-skipped':
    case 'step-skipped': {
      const [whose, title] =
        report.type === 'phase-skipped'
          ? (['phase', report.phase.name] as const)
          : (['step', report.step.title] as const);
      return [
        ['info', `${title} skipped: ${report.reason}`, { [whose]: title, outcome: 'skipped' }],
      ];
    }
    case 'phase-ended':
      return phaseEnded(report);
    case 'step-started': {
      const { title, work } = report.step;
      const again = report.attempt > 1 ? `attempt ${report.attempt}: ` : '';
      return [['info', `${title}: ${again}${described(work)}`, { step: title }]];
    }
    case 'step-succeeded': {
      const { title } = report.step;
      const took = formatDuration(report.durationMs);
      return [['info', `${title} succeeded in ${took}`, { step: title, outcome: 'succeeded' }]];
    }
    case 'step-failed':
      return stepFailed(report);
    case 'step-retrying': {
      const { title, retry } = report.step;
      const { exitCode, attempt, delayMs } = report;
      return [
        [
          'warn',
          `${title}: exit ${exitCode} at attempt ${attempt} of ${retry.attempts}, again in ${formatDuration(delayMs)}`,
          { step: title, exitCode, attempt },
        ],
      ];
    }
    case 'killed': {
      const why = report.forced
        ? ''
        : `grace period of ${formatDuration(app.gracePeriodMs)} over, `;
      return [
        [
          'warn',
          `${report.title}: ${why}SIGKILL for pid ${report.pids.join(', ')}`,
          { title: report.title, pids: report.pids.map(String) },
        ],
      ];
    }
    case 'stopping':
      return [['warn', stopping(report), { signal: report.signal }]];
    case 'stop-repeated':
      return [['warn', `${report.signal} again: already stopping (SIGINT or SIGQUIT forces it)`]];
    case 'stop-forced':
      return [['warn', `${report.signal}: SIGKILL now`]];
    case 'signal-ignored':
      return [['warn', `${report.signal} ignored: ${appPhase} does not run`]];
    case 'signal-failed':
      return [['warn', `${report.signal} did not reach ${appPhase}: ${report.reason}`]];
    case 'shutdown-timeout':
      return [['warn', `shutdown.timeout is over: stopping ${report.canceled.join(', ')}`]];
    default:
      return aboutApp(report, app);
  }
}

type AppReport = Exclude<
  Report,
  {
    type:
      | `phase-${string}`
      | `step-${string}`
      | `stop${string}`
      | 'killed'
      | `signal-${string}`
      | 'shutdown-timeout';
  }
>;

function aboutApp(report: AppReport, app: App): Line[] {
  switch (report.type) {
    case 'app-starting':
      return [
        [
          'info',
          `── ${appPhase} ── ${described(app)}; grace period ${formatDuration(app.gracePeriodMs)}`,
        ],
      ];
    case 'app-started':
      return [
        ['info', `${appPhase} runs as pid ${report.pid}${awaited(app)}`, { pid: report.pid }],
      ];
    case 'app-ready':
      return [
        [
          'info',
          `${appPhase} ready after ${formatDuration(report.durationMs)}`,
          { durationMs: report.durationMs },
        ],
      ];
    case 'app-unready':
      return [['warn', `${appPhase} is not ready any more: ${report.reason}`]];
    case 'app-start-timeout':
      return [
        [
          'error',
          `${appPhase} not ready within ${formatDuration(app.startTimeoutMs)} (startTimeout), stopping it: ${report.reason}`,
        ],
      ];
    case 'app-never-ready':
      return [
        [
          'error',
          `${appPhase} closed ${shownFd(report.fd)} without a newline, so it can never be ready: stopping it`,
        ],
      ];
    case 'app-stopping': {
      const { signal, sent } = report;
      const how = sent === signal ? '' : ` with ${sent}`;
      const grace = formatDuration(app.gracePeriodMs);
      return [['info', `${signal}: stopping ${appPhase}${how}, grace period ${grace}`, { signal }]];
    }
    case 'app-exited': {
      const { exitCode, reason } = report;
      const level = exitCode === 0 ? 'info' : 'error';
      return [[level, `${appPhase} ended: ${reason}`, { exitCode, reason }]];
    }
    case 'app-restarting':
      return [
        [
          'warn',
          `${appPhase} starts again in ${formatDuration(report.delayMs)} (restart ${report.restarts} of ${app.restart.maxRestarts})`,
          { restarts: report.restarts },
        ],
      ];
    case 'app-given-up':
      return [
        [
          'error',
          `${appPhase} was restarted ${report.restarts} times within ${formatDuration(app.restart.windowMs)}: giving up`,
        ],
      ];
    case 'app-failed':
      return [['error', `${appPhase} failed: ${report.reason}`, { exitCode: report.exitCode }]];
    case 'handed-off':
      return [['info', `${appPhase} is pid1's now, twenty-init leaves`]];
    case 'not-handed-off':
      return [['warn', `twenty-init stays and supervises ${appPhase}: ${report.reason}`]];
    case 'summary':
      return [['info', `boot summary\n${summaryTable(report.phases, report.app, app.cwd)}`]];
    case 'ended': {
      const { exitCode, exitedBy, reason, phase } = report.end;
      const fields = { exitCode, exitedBy, reason, ...(phase === undefined ? {} : { phase }) };
      return [
        [exitCode === 0 ? 'info' : 'error', `exit ${exitCode}, by ${exitedBy}: ${reason}`, fields],
      ];
    }
  }
}

/** Nobody asks an app that has to say so itself: without this the log would just stop here. */
function awaited({ readiness }: App): string {
  return readiness?.type === 'notified' ? `, ready with a newline on ${shownFd(readiness.fd)}` : '';
}

function described({ shown, cwd }: Place & { readonly shown: string }): string {
  return `${shown} (cwd ${cwd})`;
}

function phaseEnded({
  phase,
  status,
  durationMs,
  exitCode,
}: Extract<Report, { type: 'phase-ended' }>): Line[] {
  const fields = {
    phase: phase.name,
    outcome: status,
    durationMs: Math.round(durationMs),
    cwd: phase.cwd,
    ...(phase.steps.length === 1 ? { command: phase.steps[0]?.work.shown ?? '' } : {}),
    ...(exitCode === undefined ? {} : { exitCode }),
  };
  const took = formatDuration(durationMs);
  const exit = exitCode === undefined ? '' : `exit ${exitCode}, `;
  const what = `${took}: ${exit}${whatRan(phase)}`;
  if (status === 'succeeded') return [['info', `${phase.name} succeeded in ${what}`, fields]];
  if (status === 'canceled') return [['warn', `${phase.name} canceled after ${what}`, fields]];
  const level = status === 'warned' ? 'warn' : 'error';
  return [[level, `${phase.name} ${status.replace('_', ' ')} after ${what}`, fields]];
}

/** In one line, with the cwd. */
function whatRan({ steps, cwd }: Phase): string {
  const [only] = steps;
  return steps.length === 1 && only !== undefined
    ? described(only.work)
    : `${steps.length} steps (cwd ${cwd})`;
}

function stepFailed({ step, failed }: Extract<Report, { type: 'step-failed' }>): Line[] {
  const { reason, onFailure, lastLines, exit, cause } = failed;
  const fields = { step: step.title, exitCode: exit.exitCode, cause };
  const head = `${step.title} failed: ${reason}`;
  if (onFailure === 'ignore') return [['info', `${head}; ignored, as its onFailure says`, fields]];
  const [level, consequence] =
    onFailure === 'warn'
      ? (['warn', 'going on, as its onFailure says'] as const)
      : (['error', `${appPhase} does not start`] as const);
  const lines: Line[] = [[level, `${head}; ${consequence}\n${described(step.work)}`, fields]];
  if (lastLines.length > 0)
    lines.push([
      level,
      [
        `last ${lastLines.length} lines of ${step.title}:`,
        ...lastLines.map((line) => `| ${line}`),
      ].join('\n'),
      { step: step.title, lastLines },
    ]);
  return lines;
}

function stopping({ signal, phases, deferred }: Extract<Report, { type: 'stopping' }>): string {
  const stopped = phases.length > 0 ? `stopping ${phases.join(', ')}` : '';
  const finishing =
    deferred.length > 0 ? `${deferred.join(', ')} may finish the step that runs` : '';
  if (stopped === '' && finishing === '') return `${signal}: the boot ends here`;
  return `${signal}: ${[stopped, finishing, 'nothing more starts'].filter((part) => part !== '').join(', ')}`;
}
