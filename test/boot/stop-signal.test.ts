import { describe, expect, it } from 'vitest';
import { image } from '../harness/image.ts';

/** Says which signal it got, and ends with a code of its own for it. */
const traps = `#!/bin/sh
trap "echo got TERM; exit 15" TERM
trap "echo got INT; exit 2" INT
trap "echo got QUIT; exit 0" QUIT
echo up
while :; do sleep 0.01; done
`;
const app = (more: object, others: object = {}): Record<string, string | object> => ({
  'app.sh': traps,
  'twenty-init.config.json': {
    phases: { 'exec-app': { command: ['./app.sh'], gracePeriod: '10s', ...more } },
    ...others,
  },
});

describe('the stopSignal of the app', () => {
  it.each(['pid1', 'sh', 'twenty-init'] as const)(
    'takes the place of SIGTERM, under %s as PID 1',
    async (entrypoint) => {
      using root = image(app({ stopSignal: 'SIGQUIT' }));
      await using container = await root.boot({ entrypoint });
      await container.seen(/^up$/m);
      const pid1 = container.processes().find(({ argv }) => argv[0]?.endsWith('pid1'));
      process.kill(pid1?.pid ?? -1, 'SIGTERM');
      expect(await container.exited).toBe(0);
      expect(container.stdout()).toBe('up\ngot QUIT\n');
      expect(container.stderr()).toContain('mode supervise: exec-app.stopSignal');
      expect(container.stderr()).toContain('SIGTERM: stopping exec-app with SIGQUIT');
    },
  );

  it('takes it with a log file too', async () => {
    using root = image(app({ stopSignal: 'SIGQUIT' }, { log: { file: 'app.log' } }));
    await using container = await root.boot();
    await container.seen(/^up$/m);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toBe('up\ngot QUIT\n');
  });

  it('does not take the place of SIGINT, which is passed on', async () => {
    using root = image(app({ stopSignal: 'SIGQUIT' }));
    await using container = await root.boot();
    await container.seen(/^up$/m);
    container.kill('SIGINT');
    expect(await container.exited).toBe(2);
    expect(container.stdout()).toBe('up\ngot INT\n');
  });

  it.each([
    [[0], 138],
    [[0, 'forwarded'], 0],
    [[138], 0],
  ])('that it dies of is success by successExitCodes %j: %i', async (successExitCodes, code) => {
    using root = image(
      app({ stopSignal: 'SIGUSR1', successExitCodes, command: ['sleep', '1000'] }),
    );
    await using container = await root.boot();
    await container.seen(/exec-app runs/);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(code);
  });

  it('is sent when startTimeout is over', async () => {
    const readiness = { exec: ['false'], period: '10ms' };
    using root = image(app({ stopSignal: 'SIGQUIT', readiness, startTimeout: '2s' }));
    await using container = await root.boot();
    expect(await container.exited).toBe(124);
    expect(container.stdout()).toBe('up\ngot QUIT\n');
  });

  it('goes to the leader; what that leaves in its group gets SIGTERM', async () => {
    using root = image({
      ...app({ stopSignal: 'SIGQUIT' }),
      'app.sh': '#!/bin/sh\ntrap "exit 0" QUIT\n./worker.sh &\nwait\n',
      'worker.sh': traps,
    });
    await using container = await root.boot();
    await container.seen(/^up$/m);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(0);
    expect(container.stdout()).toBe('up\ngot TERM\n');
  });

  it.each(['exec', 'handoff'])('is more than mode %s can do: 78', async (mode) => {
    using root = image(app({ stopSignal: 'SIGQUIT', mode }));
    await using container = await root.boot();
    expect(await container.exited).toBe(78);
    expect(container.stderr()).toContain(
      `"${mode}" cannot do exec-app.stopSignal, which needs mode "supervise"`,
    );
    expect(container.stdout()).toBe('');
  });
});

describe('the stopSignal of a phase', () => {
  const phase = (more: object): Record<string, string | object> => ({
    'work.sh': traps,
    'twenty-init.config.json': {
      phases: {
        work: { stopSignal: 'SIGINT', ...more },
        'exec-app': { command: ['echo', 'app'], gracePeriod: '10s' },
      },
    },
  });
  const command = ['./work.sh'];

  it.each([
    ['a command', { command }],
    ['a step', { steps: [{ name: 'one', command }] }],
    ['a string for a shell', { shell: '/bin/sh', command: 'exec ./work.sh' }],
  ])('is sent to %s when the container is stopped by SIGTERM', async (_, work) => {
    using root = image(phase(work));
    await using container = await root.boot();
    await container.seen(/^up$/m);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(143);
    expect(container.stdout()).toBe('up\ngot INT\n');
  });

  it('is sent to what a function of the config runs', async () => {
    using root = image({
      'work.sh': traps,
      'twenty-init.config.mjs': `export default { phases: {
        work: { stopSignal: 'SIGINT', run: ({ exec }) => exec(['./work.sh']) },
        'exec-app': { command: ['echo', 'app'] },
      } };`,
    });
    await using container = await root.boot();
    await container.seen(/^up$/m);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(143);
    expect(container.stdout()).toBe('up\ngot INT\n');
  });

  it.each([
    ['its timeout', { command, timeout: '2s' }],
    ['its idleTimeout', { command, idleTimeout: '2s' }],
  ])('is sent when %s is over', async (_, work) => {
    using root = image(phase(work));
    await using container = await root.boot();
    expect(await container.exited).toBe(124);
    expect(container.stdout()).toBe('up\ngot INT\n');
  });
});
