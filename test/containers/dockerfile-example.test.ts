import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snippets } from '../docs/snippets.ts';
import { makeBuildContext } from '../harness/build-context.ts';
import { type Attempt, type Docker, startDocker } from '../harness/docker.ts';
import { noNodeImage, provideNodeImage } from '../harness/node-image.ts';
import { until } from '../harness/wait.ts';

const docker = await startDocker();
const missing = 'missing' in docker ? docker.missing : noNodeImage(docker);
const image = `twenty-init-example-${process.pid}`;
/** Whole ones; the others are a line of one. */
const dockerfiles = snippets
  .filter(({ language, text }) => language === 'dockerfile' && text.startsWith('FROM '))
  .map((snippet) => [snippet.title, snippet] as const);

if (missing !== undefined) {
  process.stderr.write(`containers: skipped: ${missing}\n`);
  if (!('missing' in docker)) await docker.stop();
}

describe.skipIf(missing !== undefined)(
  `Dockerfile.example in a real container${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    const engine = docker as Docker;
    const running: string[] = [];
    let base: ReturnType<typeof provideNodeImage> | undefined;
    let context: ReturnType<typeof makeBuildContext> | undefined;
    const build = (dockerfile: string, tag: string): void => {
      const folder = context?.folder ?? '';
      engine('build', '--network', 'none', '--tag', tag, '--file', dockerfile, folder);
    };

    beforeAll(() => {
      base = provideNodeImage(engine);
      context = makeBuildContext(fileURLToPath(new URL('app', import.meta.url)), {
        'twenty-init-core.tgz': '@twenty-init/core',
        'twenty-init.tgz': 'twenty-init',
      });
      build(fileURLToPath(new URL('../../Dockerfile.example', import.meta.url)), image);
    }, 600_000);
    afterAll(async () => {
      for (const id of running) engine.attempt('rm', '--force', id);
      engine.attempt('rmi', '--force', image);
      base?.remove();
      context?.[Symbol.dispose]();
      await engine.stop();
    }, 120_000);

    const run = (...args: readonly string[]): string => {
      const id = engine('run', '--detach', '--network', 'none', ...args).trim();
      running.push(id);
      return id;
    };
    const attempt = (...args: readonly string[]): Attempt =>
      engine.attempt('run', '--rm', '--network', 'none', ...args);
    const logs = (id: string): string => {
      const { stdout, stderr } = engine.attempt('logs', id);
      return stdout + stderr;
    };
    const health = (id: string): Health =>
      JSON.parse(engine('inspect', '--format', '{{json .State.Health}}', id));
    const listening = (id: string): Promise<string> =>
      until('the server to listen', () => logs(id).includes('server: listening') && logs(id));

    it('boots migrate, register and the app in order, as a user without rights', async () => {
      const id = run(image);
      const log = await listening(id);
      expect(log).toMatch(
        /migrating in \/app\/database\n[\s\S]*registering in \/app\n[\s\S]*server: listening in \/app as uid 1000\n/,
      );
      expect(engine('exec', id, 'cat', '/proc/1/comm').trim()).toBe('pid1');
    });

    it('leaves no process of twenty-init, and pid1 in a few kilobytes', async () => {
      const id = run(image);
      await listening(id);
      const commands = engine(
        'exec',
        id,
        'sh',
        '-c',
        'cat /proc/[0-9]*/cmdline | tr "\\\\0" "\\\\n"',
      );
      expect(commands).toContain('server.js');
      // What is left of it is the command line with which pid1 was started.
      expect(commands.match(/twenty-init/g)).toHaveLength(1);
      const memory = engine('exec', id, 'cat', '/proc/1/smaps_rollup');
      expect(Number(/^Rss: +(\d+) kB$/m.exec(memory)?.[1])).toBeLessThanOrEqual(64);
    });

    it('ends in order at `docker stop`: the shutdown lines of the server, exit code 0', async () => {
      const id = run(image);
      await listening(id);
      engine('stop', '--time', '20', id);
      expect(logs(id)).toContain('server: shutting down\n');
      expect(logs(id)).toContain('server: shut down\n');
      expect(engine('inspect', '--format', '{{.State.ExitCode}}', id).trim()).toBe('0');
    });

    it('ends with the exit code of a migration that fails, and starts nothing more', async () => {
      const { exitCode, stdout, stderr } = attempt('--env', 'MIGRATION_FAILS=43', image);
      expect(exitCode).toBe(43);
      expect(stdout).not.toContain('registering');
      expect(stderr).toContain('migrate failed: exit 43');
      expect(stderr).toContain('| relation "workspace" does not exist');
    });

    it('reaps what `docker exec` leaves behind', async () => {
      const id = run(image);
      await listening(id);
      engine('exec', id, 'sh', '-c', 'for i in 1 2 3 4 5; do (sleep 0.1 &); done');
      await until('no sleep and no zombie', () => {
        const states = engine('exec', id, 'sh', '-c', 'cat /proc/[0-9]*/stat');
        return !/\((sleep)\)|\) Z /.test(states);
      });
    });

    it('is healthy by its HEALTHCHECK once the app listens, which needs no shell and no curl', async () => {
      const id = run('--health-interval', '1s', image);
      await until('a healthy container', () => health(id).Status === 'healthy');
      expect(health(id).Log.at(-1)).toMatchObject({ ExitCode: 0, Output: '' });
    });

    it('is unhealthy where nobody listens on the port that a variable names, and Docker shows why', async () => {
      const id = run(
        ...['--env', 'PORT=1', '--health-interval', '1s', '--health-retries', '1'],
        ...['--health-start-period', '1ms', image],
      );
      await until('an unhealthy container', () => health(id).Status === 'unhealthy');
      expect(health(id).Log.at(-1)).toMatchObject({
        ExitCode: 1,
        Output:
          'healthcheck: http://localhost:1/healthz: connection refused: nothing listens there\n',
      });
    });

    it('passes another CMD through without the phases, and one line says so', () => {
      const { exitCode, stdout, stderr } = attempt(image, 'sh', '-c', 'echo hi; exit 5');
      expect([exitCode, stdout]).toEqual([5, 'hi\n']);
      expect(stderr).toContain('no phases');
    });

    it('runs on a read-only root, without new privileges', async () => {
      const id = run(
        '--read-only',
        '--security-opt',
        'no-new-privileges',
        image,
        'node',
        'server.js',
      );
      await listening(id);
      const boot = run('--read-only', '--security-opt', 'no-new-privileges', image);
      await listening(boot);
    });

    it('takes pid1 options from the environment, which is all that a platform lets you set', async () => {
      const id = run(
        ...['--env', 'PID1_GRACE=200ms', image],
        ...['sh', '-c', 'trap "" TERM; env | grep ^PID1_; echo deaf; while :; do sleep 1; done'],
      );
      await until('the shell to be deaf', () => logs(id).includes('deaf\n'));
      engine('stop', '--time', '20', id);
      expect(logs(id)).not.toContain('PID1_GRACE');
      expect(logs(id)).toMatch(/grace period of 200ms is over: killed \d+ \((da)?sh\)/);
      expect(engine('inspect', '--format', '{{.State.ExitCode}}', id).trim()).toBe('137');
    });

    it('refuses a wrong one with 125, and names it', () => {
      const { exitCode, stderr } = attempt('--env', 'PID1_GRACE=soon', image);
      expect(exitCode).toBe(125);
      expect(stderr).toContain('bad value "soon" for PID1_GRACE');
    });

    it.each(dockerfiles)(
      'the Dockerfile of %s builds and runs',
      { timeout: 300_000 },
      async (_, { text }) => {
        const tag = `${image}-snippet`;
        const file = join(mkdtempSync(join(tmpdir(), 'dockerfile-')), 'Dockerfile');
        // They are not published where this runs: the tarballs stand in the place of the names.
        const local = text.replace(
          'RUN npm install --global twenty-init ',
          // npm reads no project's .npmrc for a global install, and would ask the registry for minutes.
          'WORKDIR /app\nCOPY . .\nRUN cp .npmrc /root/ && npm install --global ./twenty-init-core.tgz ./twenty-init.tgz ',
        );
        try {
          writeFileSync(file, local);
          build(file, tag);
          const { exitCode, stdout } = attempt(tag, 'sh', '-c', 'cat /proc/1/comm; exit 5');
          expect([exitCode, stdout]).toEqual([
            5,
            `${/ENTRYPOINT \["(?:.*\/)?([\w-]+)"/.exec(text)?.[1]}\n`,
          ]);
          if (text.includes('"twenty-init"')) await listening(run(tag));
        } finally {
          engine.attempt('rmi', '--force', tag);
          rmSync(dirname(file), { recursive: true });
        }
      },
    );

    describe.skipIf(missing === undefined && !engine.initIsPid1)(
      'docker run --init, with pid1 as the init-path of the engine',
      () => {
        const withInit = (...args: readonly string[]): readonly string[] => [
          ...['--init', '--entrypoint', 'sh', ...args, image],
        ];

        it('starts as docker-init, which the engine can ask for its version', () => {
          const { stdout } = attempt(...withInit(), '-c', 'tr "\\0" " " < /proc/1/cmdline');
          expect(stdout).toMatch(/^\/sbin\/docker-init -- sh -c/);
          expect(engine('info')).not.toContain('init version: N/A');
        });

        it('takes variables, which are all that one can pass', async () => {
          const id = run(
            ...withInit('--env', 'PID1_GRACE=10s', '--env', 'PID1_EXPECT=forwarded'),
            ...[
              '-c',
              '(trap "echo swept; exit" TERM; echo up; while :; do sleep 0.1; done) & exec sleep 1000',
            ],
          );
          await until('the second process', () => logs(id).includes('up\n'));
          engine('stop', '--time', '20', id);
          expect(logs(id)).toContain('swept\n');
          expect(engine('inspect', '--format', '{{.State.ExitCode}}', id).trim()).toBe('0');
        });

        it('boots twenty-init as its child: phases, app, an orderly end', async () => {
          const id = run('--init', '--entrypoint', 'twenty-init', image, 'run', '--');
          const log = await listening(id);
          expect(log).toMatch(/migrating in [\s\S]*registering in [\s\S]*server: listening/);
          engine('stop', '--time', '20', id);
          expect(logs(id)).toContain('server: shut down\n');
          expect(engine('inspect', '--format', '{{.State.ExitCode}}', id).trim()).toBe('0');
        });
      },
    );
  },
);

/** As Docker has it. */
interface Health {
  readonly Status: string;
  readonly Log: readonly { readonly ExitCode: number; readonly Output: string }[];
}
