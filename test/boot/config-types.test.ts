import { defineConfig } from 'twenty-init';
import { rehearse } from 'twenty-init/testing';
import { expect, it } from 'vitest';

// `tsc -b` checks each line here; the validator has to say the same.

const command = ['x'];

it.each([
  defineConfig({ phases: { 'exec-app': {} } }),
  defineConfig({
    phases: {
      migrate: { command, timeout: '1m' },
      seed: { steps: [{ name: 'one', shell: '/bin/sh', command: 'a | b', stopSignal: 'SIGINT' }] },
      register: {
        run: async ({ exec, log, env }) => {
          log(env.QUEUE ?? '');
          await exec(command);
        },
      },
      'exec-app': {
        command,
        readiness: { tcpSocket: 'localhost:3000' },
        gracePeriod: '30s',
        successExitCodes: [0, 'forwarded'],
      },
    },
    post: { report: { command } },
  }),
  defineConfig({ phases: { 'exec-app': { shell: 'sh', command: 'x', stopSignal: 'SIGQUIT' } } }),
])('types take what is right: %j', async (config) => {
  expect(await rehearse(config)).toMatchObject({ problems: [] });
});

it.each([
  // @ts-expect-error a string needs a shell
  defineConfig({ phases: { a: { command: 'x' }, 'exec-app': {} } }),
  // @ts-expect-error a shell needs a string
  defineConfig({ phases: { a: { shell: 'sh', command }, 'exec-app': {} } }),
  // @ts-expect-error a shell needs a string
  defineConfig({ phases: { a: { steps: [{ name: 'b', shell: 'sh', command }] }, 'exec-app': {} } }),
  // @ts-expect-error a string needs a shell
  defineConfig({ phases: { 'exec-app': { command: 'x' } } }),
  // @ts-expect-error a shell needs a string
  defineConfig({ phases: { 'exec-app': { shell: 'sh' } } }),
  // @ts-expect-error no program can catch it
  defineConfig({ phases: { 'exec-app': { stopSignal: 'SIGKILL' } } }),
  // @ts-expect-error a key of exec-app
  defineConfig({ phases: { a: { command, gracePeriod: '1s' }, 'exec-app': {} } }),
  // @ts-expect-error a key of a phase
  defineConfig({ phases: { 'exec-app': { command, timeout: '1s' } } }),
  // @ts-expect-error it does nothing
  defineConfig({ phases: { a: {}, 'exec-app': {} } }),
  // @ts-expect-error there is no app
  defineConfig({ phases: { a: { command } } }),
])('types refuse what is wrong: %j', async (config) => {
  const { problems } = await rehearse(config);
  expect(problems).toHaveLength(1);
});
