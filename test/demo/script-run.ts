import { setTimeout as delay } from 'node:timers/promises';
import type { Screen } from '../harness/screen.ts';
import type { CleanUp } from './clean-up.ts';
import type { Example } from './example.ts';
import { type Outcome, ready, start, zombiesAfterOrphans } from './outcome.ts';

const patienceMs = 3000;

/** Boots the same example with the script that most people write, and tries to stop it. */
export async function runScript(example: Example, show: Screen, atEnd: CleanUp): Promise<Outcome> {
  show.heading('4. The same app under the script that most people write');
  show.say('  docker-entrypoint.sh ends with: exec npm start 2>&1 | tee app.log\n');
  const container = atEnd.dispose(
    await start([], ['bash', './docker-entrypoint.sh'], example, true, show),
  );
  await ready(`${example.url}/healthz`, container);
  const init = container.processes()[0]?.argv.join(' ') ?? '-';
  const zombies = await zombiesAfterOrphans(container, true);

  show.heading('   SIGTERM');
  container.kill('SIGTERM');
  const ended = await Promise.race([container.exited, delay(patienceMs, 'still running' as const)]);
  show.say('');
  show.claim(
    `PID 1 is the shell (${init}); ${patienceMs / 1000} s after SIGTERM it is still running, and so is the app`,
    ended === 'still running',
  );
  await container[Symbol.asyncDispose]();
  const exitCode = await container.exited;
  show.say(`  Killed, as Docker does after 10 s: exit code ${exitCode}`);
  return {
    init,
    stop: ended === 'still running' ? `not within ${patienceMs / 1000} s` : 'stopped',
    exitCode: `${exitCode} (killed)`,
    zombies: String(zombies.length),
  };
}
