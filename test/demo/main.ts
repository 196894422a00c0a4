// What twenty-init does, shown on a real Nx monorepo and a real Postgres, beside the script that most people write.
// Whatever it claims it has checked: it exits with 1 when a claim does not hold.

import { canIsolate } from '../harness/container.ts';
import { startPostgres } from '../harness/postgres.ts';
import { screen } from '../harness/screen.ts';
import { cleanUp, Interrupted } from './clean-up.ts';
import { prepareExample } from './example.ts';
import type { Outcome } from './outcome.ts';
import { runScript } from './script-run.ts';
import { showTraps } from './traps.ts';
import { runTwentyInit } from './twenty-init-run.ts';

const notShown: Outcome = { init: '-', stop: '-', exitCode: '-', zombies: '-' };

const atEnd = cleanUp();
const show = atEnd.interrupts(screen());
process.exit(await main());

async function main(): Promise<number> {
  const isolated = canIsolate();
  try {
    show.heading('1. A real Postgres');
    const postgres = atEnd.dispose(await startPostgres());
    show.say(`  ${postgres.version} on ${new URL(postgres.url).host}, empty`);
    if (!isolated)
      show.say(
        '\n  This machine does not let us make PID namespaces. So pid1 runs as a subreaper and not as\n' +
          '  PID 1; the signals, the reaping and the orderly end are the same. The script of section 4\n' +
          '  is left out: it goes wrong as PID 1 only.',
      );

    const example = atEnd.dispose(await prepareExample(postgres.url));
    const ours = await runTwentyInit(example, isolated, show, atEnd);
    await showTraps(example, isolated, show, atEnd);
    const theirs = isolated ? await runScript(example, show, atEnd) : notShown;

    show.heading('5. Side by side');
    show.table([
      ['', 'twenty-init', 'exec npm start | tee'],
      ['PID 1', ours.init, theirs.init],
      ['time to stop', ours.stop, theirs.stop],
      ['exit code', ours.exitCode, theirs.exitCode],
      ['zombies', ours.zombies, theirs.zombies],
    ]);
  } catch (error) {
    if (!(error instanceof Interrupted) && atEnd.exitCode() === undefined)
      show.claim(
        `the demo ran to its end: ${error instanceof Error ? error.message : error}`,
        false,
      );
  } finally {
    await atEnd.run();
  }
  return atEnd.exitCode() ?? verdict();
}

function verdict(): number {
  const failures = show.failures();
  show.say(
    failures.length === 0
      ? '\nEverything above was checked, and holds.'
      : `\n${failures.length} of the claims above did not hold:\n${failures.map((text) => `  ${text}`).join('\n')}`,
  );
  return failures.length === 0 ? 0 : 1;
}
