// What makes this Node process a good PID 1: it reaps, passes signals on to its worker, restarts it, and ends in order.
import { createReaper } from '@twenty-init/core/reaper';
import { createSupervisor } from '@twenty-init/core/supervisor';

export async function superviseBeside(app) {
  const reaper = createReaper({ onReap: (orphan) => app.log.info(orphan, 'reaped an orphan') });
  const supervisor = createSupervisor(
    [
      {
        name: 'worker',
        command: [process.execPath, new URL('worker.js', import.meta.url).pathname],
        restart: 'always',
        gracePeriodMs: 8000, // below the 10 s that Docker waits
        parentDeath: 'SIGKILL',
      },
    ],
    { onEvent: ({ type, ...event }) => app.log.info(event, type) },
  );
  // SIGTERM has come and the worker has ended: answer what was asked already, and let the process run out.
  supervisor.ended.then(async (exitCode) => {
    // A connection that becomes idle only now would hold the process up for its whole keep-alive time.
    const idle = setInterval(() => app.server.closeIdleConnections(), 50);
    await app.close();
    clearInterval(idle);
    reaper.close();
    process.exitCode = exitCode;
  });

  // What could not be started ends everything; so does a SIGTERM before all is ready.
  await supervisor.start().catch((error) => app.log.error(error.message));
}
