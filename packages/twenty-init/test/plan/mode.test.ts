import { describe, expect, it } from 'vitest';
import type { AppConfig, Config } from '../../src/config/config.ts';
import { withDefaults } from '../../src/config/with-defaults.ts';
import { chooseMode } from '../../src/plan/mode.ts';

const choose = (app: AppConfig, more: Partial<Config> = {}) =>
  chooseMode(withDefaults({ phases: { 'exec-app': app }, ...more }));
const readiness = { tcpSocket: 'localhost:3000' };
const post = { report: { command: ['x'] } };

describe('mode auto takes the first that covers the config, and names the key', () => {
  it.each([
    [{}, {}, 'exec', 'nothing in the config needs more'],
    [{ gracePeriod: '5s', successExitCodes: [0, 'forwarded'] }, {}, 'exec', 'nothing'],
    [{ restart: 'never' }, {}, 'exec', 'nothing'],
    [{ stopSignal: 'SIGTERM' }, {}, 'exec', 'nothing'],
    [{ stopSignal: 'SIGQUIT' }, {}, 'supervise', 'exec-app.stopSignal'],
    [{ command: 'x', shell: 'sh' }, {}, 'exec', 'nothing'],
    [{ readiness }, {}, 'handoff', 'exec-app.readiness'],
    [{ readiness, startTimeout: '1m' }, {}, 'handoff', 'exec-app.readiness'],
    [{ readiness: { notifyFd: 3 } }, {}, 'handoff', 'exec-app.readiness'],
    [{ successExitCodes: [143] }, {}, 'supervise', 'exec-app.successExitCodes (143)'],
    [{ restart: 'always' }, {}, 'supervise', 'exec-app.restart'],
    [{ restart: { policy: 'on-failure' } }, {}, 'supervise', 'exec-app.restart'],
    [{ readiness }, { post }, 'supervise', 'post'],
    [{}, { log: { file: 'x' } }, 'supervise', 'log.file'],
  ] as const)('%j %j: %s', (app, more, mode, because) => {
    expect(choose(app, more)).toMatchObject({
      mode,
      because: expect.stringContaining(because),
      problems: [],
    });
  });
});

describe('a mode that is named', () => {
  it('may be larger than the config needs', () => {
    expect(choose({ mode: 'supervise' })).toEqual({
      mode: 'supervise',
      because: 'exec-app.mode',
      problems: [],
    });
  });

  it('is a problem for each key that it cannot do', () => {
    const { problems } = choose({ mode: 'exec', readiness, restart: 'always' }, { post });
    expect(problems.map(({ what }) => what)).toEqual([
      '"exec" cannot do exec-app.readiness, which needs mode "handoff"',
      '"exec" cannot do exec-app.restart, which needs mode "supervise"',
      '"exec" cannot do post, which needs mode "supervise"',
    ]);
    expect(choose({ mode: 'handoff', readiness, restart: 'always' }).problems).toHaveLength(1);
    expect(choose({ mode: 'handoff', stopSignal: 'SIGINT' }).problems).toHaveLength(1);
    expect(choose({ mode: 'exec', readiness: { notifyFd: 3 } }).problems).toHaveLength(1);
  });
});
