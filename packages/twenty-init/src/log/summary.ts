import { formatDuration } from '../config/format-duration.ts';
import type { PhaseRecord } from '../engine/state.ts';
import { appPhase } from '../plan/plan.ts';

const header = ['phase', 'outcome', 'duration', 'exit', 'cwd'];

/** The table that ends a boot. */
export function summaryTable(
  records: readonly PhaseRecord[],
  app: 'starting' | 'not started',
  appCwd: string,
): string {
  const rows = [
    header,
    ...records.map(({ name, status, startedAt, endedAt, exitCode, cwd }) => [
      name,
      status.replace('_', ' '),
      startedAt === undefined || endedAt === undefined ? '-' : formatDuration(endedAt - startedAt),
      exitCode === undefined ? '-' : String(exitCode),
      cwd,
    ]),
    [appPhase, app, '-', '-', appCwd],
  ];
  const widths = header.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
