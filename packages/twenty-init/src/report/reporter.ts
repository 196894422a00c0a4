import type { PhaseEnd, Report } from '../boot/machine.ts';
import { type App, appPhase, type Command, type Phase } from '../boot/plan.ts';
import { formatDuration } from './duration.ts';
import type { Log } from './log.ts';
import { summaryTable } from './summary.ts';

/** Tells a boot in the log, an event a line. */
export function reporter(app: App, log: Log): (report: Report) => void {
  return (report) => {
    switch (report.type) {
      case 'phase-started':
        return log('info', `── ${report.phase.name} ── ${described(report.phase)}`);
      case 'phase-skipped':
        return log('info', `${report.phase.name} skipped: ${report.reason}`);
      case 'phase-ended':
        return phaseEnded(report.phase, report.ended, log);
      case 'stopping':
        return log(
          'warn',
          report.phase === undefined
            ? `${report.signal}: the boot ends here`
            : `${report.signal}: stopping ${report.phase}, nothing more starts`,
        );
      case 'stop-repeated':
        return log(
          'warn',
          `${report.signal} again: already stopping (SIGINT or SIGQUIT forces it)`,
        );
      case 'stop-forced':
        return log('warn', `${report.signal}: SIGKILL now`);
      case 'app-starting':
        return log(
          'info',
          `── ${appPhase} ── ${described(app)}; grace period ${formatDuration(app.gracePeriodMs)}`,
        );
      case 'app-failed':
        return log('error', `${appPhase} failed: ${report.reason}`);
      case 'summary':
        return log('info', `boot summary\n${summaryTable(report.records, report.app, app.cwd)}`);
    }
  };
}

function described({ argv, cwd }: Command): string {
  return `${argv.join(' ')} (cwd ${cwd})`;
}

function phaseEnded(phase: Phase, ended: PhaseEnd, log: Log): void {
  const { exit, status, timedOut, durationMs, killed, lastLines, reason } = ended;
  if (killed.length > 0)
    log(
      'warn',
      `${phase.name}: grace period of ${formatDuration(phase.gracePeriodMs)} over, SIGKILL for pid ${killed.join(', ')}`,
    );
  const took = formatDuration(durationMs);
  if (status === 'succeeded') {
    log('info', `${phase.name} succeeded in ${took}`);
    return;
  }
  if (status === 'canceled') {
    log('warn', `${phase.name} canceled after ${took}`);
    return;
  }

  const how =
    reason ??
    (timedOut
      ? `timed out after ${formatDuration(phase.timeoutMs)}`
      : `${exit.signal === undefined ? `exit ${exit.exitCode}` : `killed by ${exit.signal}`} after ${took}`);
  const hint = exit.signal === 'SIGKILL' && !timedOut ? ' (out of memory?)' : '';
  const [level, consequence] =
    status === 'warned'
      ? (['warn', 'going on, as its onFailure says'] as const)
      : (['error', `${appPhase} does not start`] as const);
  log(level, `${phase.name} failed: ${how}${hint}; ${consequence}\n${described(phase)}`);
  if (lastLines.length > 0)
    log(
      level,
      [
        `last ${lastLines.length} lines of ${phase.name}:`,
        ...lastLines.map((line) => `| ${line}`),
      ].join('\n'),
    );
}
