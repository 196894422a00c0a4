import { pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { runAsInit, runAsSubreaper } from '../harness/container.ts';
import { outcomeAsInit } from '../harness/run.ts';
import { until } from '../harness/wait.ts';

const pid1 = pid1Path();
const secret = '--password=hunter2';

describe('a command line with a secret is in no log', () => {
  it.each([
    ['as PID 1', runAsInit],
    ['as subreaper', runAsSubreaper],
  ] as const)('%s: what was killed is named by pid and executable', async (_, run) => {
    const script = 'trap "" TERM; echo up; while :; do sleep 0.01; done';
    await using container = await run([pid1, '-v', '-G', '100ms', 'sh', '-c', script, secret]);
    await container.seen(/up/);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(137);
    expect(container.stderr()).toMatch(/killed \d+ \((sh|dash|bash)\)/);
    expect(container.stderr()).not.toContain('hunter2');
  });

  it('a process that gave itself a title, as Node does, is named by its executable', async () => {
    const script =
      'process.title = "hunter2"; process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)';
    await using container = await runAsInit([
      ...[pid1, '-G', '100ms', process.execPath, '-e', script, '--', secret],
    ]);
    await container.seen(/up/);
    container.kill('SIGTERM');
    expect(await container.exited).toBe(137);
    expect(container.stderr()).toMatch(/killed \d+ \(node\)\n$/);
  });

  it('-w: an orphan', async () => {
    const script = `orphan=$(sh -c 'sh -c "sleep 0.05; exit 3" ${secret} >/dev/null & echo $!')
      while [ -e /proc/$orphan ]; do :; done; exit 5`;
    const { stderr } = await outcomeAsInit([pid1, '-w', '-v', 'sh', '-c', script]);
    expect(stderr).toMatch(/reaped orphan \d+ \((sh|dash|bash)\), exit code 3/);
    expect(stderr).not.toContain('hunter2');
  });

  it('-z: a parent that does not reap', async () => {
    const script = 'for i in 1 2; do sleep 0.01 & done; exec tail -f /dev/null "$0"';
    await using container = await runAsInit([
      pid1,
      '-z',
      'sh',
      '-c',
      script,
      `/dev/null/${secret}`,
    ]);
    await until('the report', () => container.stderr().includes('does not reap'));
    expect(
      container
        .stderr()
        .match(/pid1: .*/g)
        ?.join(),
    ).toMatch(/pid 2 \(tail\) does not reap/);
    expect(
      container
        .stderr()
        .match(/pid1: .*/g)
        ?.join(),
    ).not.toContain('hunter2');
  });
});
