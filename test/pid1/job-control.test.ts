import { pid1Path } from '@twenty-init/core';
import { describe, expect, it } from 'vitest';
import { isolate } from '../harness/container.ts';
import { installed } from '../harness/installed.ts';
import { openTerminal, type Terminal } from '../harness/terminal.ts';
import { until } from '../harness/wait.ts';

const pid1 = pid1Path();
const shell = ['bash', '--norc', '--noediting', '-i'];
const ctrlC = '\x03';
const ctrlZ = '\x1a';
const ctrlBackslash = '\x1c';

/** As `docker run -it` starts what it becomes: as PID 1 that leads the session. */
const asPid1 = ['--no-session', 'unshare', ...isolate, 'setsid', '--ctty'];
const asLeader = ['env'];
const optionSets = [[[]], [['--group']], [['--grace', '60s']], [['--setsid']]] as const;

/** An interactive shell, in which `X` is pid1 with these options. */
async function openShell(options: readonly string[] = []): Promise<Terminal> {
  const terminal = openTerminal(shell);
  await terminal.shows(/\$ /);
  terminal.type(
    `X() { ${[pid1, ...options].join(' ')} -- "$@"; }; x='${[pid1, ...options].join(' ')} --'\r`,
  );
  await terminal.shows(/\$ /);
  return terminal;
}

const runs = (terminal: Terminal, state: string, ...argv: readonly string[]): Promise<unknown> =>
  until(`${argv.join(' ')} in state ${state}`, () =>
    terminal
      .processes()
      .some((process) => process.state === state && process.argv.join(' ') === argv.join(' ')),
  );

/** The shell is there, and runs what is typed. */
async function isUsable(terminal: Terminal): Promise<void> {
  terminal.type('echo us""able\r');
  await terminal.shows(/usable\r\n/);
}

describe.each([
  ['as PID 1', asPid1, [pid1, '--']],
  ['as session leader', asLeader, [pid1, '--']],
  ['as PID 1, with --setsid', asPid1, [pid1, '--setsid', '--']],
  ['as session leader, with --setsid', asLeader, [pid1, '--setsid', '--']],
])('%s', (_, start, x) => {
  const init = [...start, ...x];

  it('X bash -i: job control is on, and Ctrl-Z stops what runs in it', async () => {
    await using terminal = openTerminal([...init, ...shell]);
    await terminal.shows(/\$ /);
    expect(terminal.screen()).not.toContain('no job control');
    terminal.type('sleep 66\r');
    await runs(terminal, 'S', 'sleep', '66');
    terminal.type(ctrlZ);
    await terminal.shows(/Stopped/);
    terminal.type('fg\r');
    await runs(terminal, 'S', 'sleep', '66');
    terminal.type(ctrlC);
    await isUsable(terminal);
    terminal.type('exit 5\r');
    expect(await terminal.exited).toBe(5);
  });

  it.each([
    ['Ctrl-C', ctrlC, 130],
    ['Ctrl-\\', ctrlBackslash, 131],
  ])('%s ends X sh -c "sleep 66"', async (_, key, code) => {
    await using terminal = openTerminal([...init, 'sh', '-c', 'ulimit -c 0; sleep 66; exit 1']);
    await runs(terminal, 'S', 'sleep', '66');
    terminal.type(key);
    expect(await terminal.exited).toBe(code);
  });

  it('Ctrl-C reaches the program once', async () => {
    const script =
      'trap "echo int" INT; echo ready; until read -r line; do :; done; echo "end $line"';
    await using terminal = openTerminal([...init, 'sh', '-c', script]);
    await terminal.shows(/ready/);
    for (let times = 1; times <= 3; times++) {
      terminal.type(ctrlC);
      await terminal.shows(/int\r\n/);
    }
    terminal.type('line\r');
    await terminal.shows(/end line/);
    expect(terminal.screen().match(/^int\r$|\^Cint\r/gm)).toHaveLength(3);
  });

  it('Ctrl-Z, with no shell to return to, wedges nothing', async () => {
    await using terminal = openTerminal([...init, 'sleep', '66']);
    await runs(terminal, 'S', 'sleep', '66');
    terminal.type(ctrlZ);
    await terminal.shows(/\^Z/);
    await runs(terminal, 'S', 'sleep', '66');
    terminal.type(ctrlC);
    expect(await terminal.exited).toBe(130);
  });

  it('X cmd </dev/null reads from /dev/tty', async () => {
    const script = 'read -r line </dev/tty && echo "read $line"';
    const redirect = ['sh', '-c', 'exec "$@" </dev/null', 'sh'];
    await using terminal = openTerminal([...start, ...redirect, ...x, 'sh', '-c', script]);
    terminal.type('hello\r');
    await terminal.shows(/read hello/);
    expect(await terminal.exited).toBe(0);
  });

  it('hang-up: the program gets HUP', async () => {
    const script = 'trap "exit 9" HUP; echo ready; while :; do sleep 0.02; done';
    await using terminal = openTerminal([...init, 'sh', '-c', script]);
    await terminal.shows(/ready/);
    terminal.hangUp();
    expect(await terminal.exited).toBe(9);
  });
});

describe.each(optionSets)('in an interactive shell, %j', (options) => {
  it('X sleep 66, Ctrl-Z: the prompt is back; fg; Ctrl-C', async () => {
    await using terminal = await openShell(options);
    terminal.type('$x sleep 66\r');
    await runs(terminal, 'S', 'sleep', '66');
    terminal.type(ctrlZ);
    await terminal.shows(/Stopped/);
    await isUsable(terminal);
    terminal.type('fg\r');
    await runs(terminal, 'S', 'sleep', '66');
    terminal.type(ctrlC);
    await terminal.shows(/\$ /);
    terminal.type('echo code=$?\r');
    await terminal.shows(/code=130\r\n/);
  });

  it('Ctrl-Z, bg: it goes on in the background, fg brings it back', async () => {
    await using terminal = await openShell(options);
    terminal.type('$x sleep 66\r');
    await runs(terminal, 'S', 'sleep', '66');
    terminal.type(ctrlZ);
    await terminal.shows(/Stopped/);
    terminal.type('bg\r');
    await runs(terminal, 'S', 'sleep', '66');
    await isUsable(terminal);
    terminal.type('fg\r');
    await until('it to have the terminal', () =>
      terminal
        .processes()
        .some(({ pgid, foregroundPgid, argv }) => pgid === foregroundPgid && argv[0] !== shell[0]),
    );
    terminal.type(ctrlC);
    await isUsable(terminal);
  });

  it('X sleep 66 & does not take the terminal', async () => {
    await using terminal = await openShell(options);
    terminal.type('$x sleep 66 &\r');
    await runs(terminal, 'S', 'sleep', '66');
    await isUsable(terminal);
    terminal.type('kill %1; wait %1; echo code=$?\r');
    await terminal.shows(/code=143\r\n/);
  });

  it('X cat &, which reads from the terminal: a stopped job, and fg lets it read', async () => {
    if (options.some((option) => option === '--setsid')) return;
    await using terminal = await openShell(options);
    terminal.type('$x cat &\r');
    await runs(terminal, 'T', 'cat');
    await until('the shell to know', async () => {
      terminal.type('jobs\r');
      // What is typed may be shown before the prompt is.
      await terminal.shows(/jobs\r\n/);
      return terminal.screen().includes('Stopped');
    });
    terminal.type('fg\r');
    await runs(terminal, 'S', 'cat');
    terminal.type('hello\r');
    await terminal.shows(/hello\r\nhello\r\n/);
    terminal.type('\x04');
    await isUsable(terminal);
  });

  it('kill -TSTP, kill -CONT: the job stops and goes on', async () => {
    await using terminal = await openShell(options);
    terminal.type('$x sleep 66 &\r');
    await runs(terminal, 'S', 'sleep', '66');
    terminal.type('kill -TSTP %1\r');
    await runs(terminal, 'T', 'sleep', '66');
    terminal.type('kill -CONT %1\r');
    await runs(terminal, 'S', 'sleep', '66');
    await isUsable(terminal);
  });

  it('a program that stops itself is a stopped job', async () => {
    await using terminal = await openShell(options);
    terminal.type(`$x sh -c 'kill -TSTP $$; echo went on; exit 4'\r`);
    if (options.some((option) => option === '--setsid')) {
      // The kernel lets nobody stop like this in a session that has no shell.
      await terminal.shows(/went on\r\n/);
      return;
    }
    await terminal.shows(/Stopped/);
    terminal.type('fg\r');
    await terminal.shows(/went on\r\n/);
    terminal.type('echo code=$?\r');
    await terminal.shows(/code=4\r\n/);
  });

  it('a pipeline: Ctrl-Z stops all of it, fg goes on, Ctrl-C ends it', async () => {
    await using terminal = await openShell(options);
    terminal.type('$x sleep 66 | cat\r');
    await runs(terminal, 'S', 'sleep', '66');
    terminal.type(ctrlZ);
    await terminal.shows(/Stopped/);
    terminal.type('fg\r');
    await runs(terminal, 'S', 'sleep', '66');
    terminal.type(ctrlC);
    await isUsable(terminal);
  });

  it('a script that runs X: Ctrl-Z stops it too, and the prompt is back', async () => {
    await using terminal = await openShell(options);
    terminal.type(`sh -c "$x sleep 66; exit 6"\r`);
    await runs(terminal, 'S', 'sleep', '66');
    terminal.type(ctrlZ);
    await terminal.shows(/Stopped/);
    await isUsable(terminal);
    terminal.type('fg\r');
    await runs(terminal, 'S', 'sleep', '66');
    terminal.type(ctrlC);
    await isUsable(terminal);
  });

  it.each(['true', 'nosuch', 'sh -c "exit 3"'])(
    'a script that runs X %s and then reads from the terminal',
    async (program) => {
      await using terminal = await openShell(options);
      terminal.type(
        `sh -c '${[pid1, ...options].join(' ')} -- ${program}; read -r line; echo "read $line"'\r`,
      );
      terminal.type('hello\r');
      await terminal.shows(/read hello\r\n/);
      await isUsable(terminal);
    },
  );

  it('a program that stops itself by SIGSTOP at Ctrl-Z, as nano does, gives the prompt back', async () => {
    await using terminal = await openShell(options);
    terminal.type(`$x sh -c 'trap "kill -STOP $$" TSTP; echo re""ady; while :; do :; done'\r`);
    await terminal.shows(/ready\r\n/);
    terminal.type(ctrlZ);
    await terminal.shows(/Stopped/);
    await isUsable(terminal);
    terminal.type('fg\r');
    // The shell names the job before it gives it the terminal.
    await until('it to go on', () =>
      terminal.processes().some(({ argv, state }) => argv[0] === 'sh' && state !== 'T'),
    );
    terminal.type(ctrlC);
    await isUsable(terminal);
  });

  // A session of its own in the background has no terminal to read.
  const readsInBackground = options[0] !== '--setsid';
  it.runIf(readsInBackground)(
    'a script in the background whose X reads the terminal is stopped, and fg feeds it',
    async () => {
      await using terminal = await openShell(options);
      terminal.type(`sh -c "$x sh -c 'read -r line; echo got \\$line'; true" &\r`);
      await until('it to stop', () =>
        terminal.processes().some(({ argv, state }) => argv[0] === 'sh' && state === 'T'),
      );
      terminal.type('\r');
      await terminal.shows(/Stopped/);
      terminal.type('fg\r');
      await terminal.shows(/read -r line/);
      terminal.type('food\r');
      await terminal.shows(/got food\r\n/);
      await isUsable(terminal);
    },
  );
});

describe('a terminal without /dev/tty', () => {
  const isRoot = process.getuid?.() === 0;
  it.skipIf(!isRoot)('is handed over by the descriptors 0 to 2', async () => {
    await using terminal = openTerminal([
      ...[
        'unshare',
        '--mount',
        'sh',
        '-c',
        'mount -t tmpfs none /dev && exec "$@"',
        'sh',
        ...shell,
      ],
    ]);
    await terminal.shows(/\$ /);
    terminal.type(`${pid1} -- sh -c 'read -r line; echo got $line'\r`);
    await terminal.shows(/got \$line'\r\n/);
    terminal.type('food\r');
    await terminal.shows(/got food\r\n/);
    await isUsable(terminal);
  });
});

describe('--grace on a terminal', () => {
  it('Ctrl-C twice ends the wait for what the program has left', async () => {
    await using terminal = openTerminal([
      ...['env', pid1, '-v', '--grace', '60s', '--', 'sh', '-c'],
      '(trap "" TERM INT; exec sleep 77) & until grep -q sleep /proc/$!/comm; do :; done; exit 3',
    ]);
    await terminal.shows(/ended with exit code 3/);
    // Two that wait at the same time are one, and each drops what the terminal has not read yet.
    let looks = 0;
    await until('the end to be forced', () => {
      if (looks++ % 50 === 0) terminal.type(ctrlC);
      return terminal.screen().includes('the end was forced');
    });
    await terminal.shows(/killed \d+ \(sleep\)/);
    expect(await terminal.exited).toBe(137);
  });

  it('under a session leader Ctrl-Z does nothing, and Ctrl-C ends the program of a script', async () => {
    await using terminal = openTerminal(['sh', '-c', `${pid1} -- sleep 66; echo after $?`]);
    await runs(terminal, 'S', 'sleep', '66');
    terminal.type(ctrlZ);
    terminal.type(ctrlC);
    await terminal.shows(/after 130/);
  });
});

const strace = installed({ strace: 'strace' }, 'a job that is continued while it stops');

it.skipIf(!strace)(
  'SIGCONT counts that comes when the program has stopped and pid1 has not',
  async () => {
    await using terminal = await openShell();
    const slowly = 'strace -qq -o /dev/null -P /dev/tty --inject=openat:delay_enter=1s';
    terminal.type(`${slowly} ${pid1} -- sleep 66 &\r`);
    await runs(terminal, 'S', 'sleep', '66');
    const init = terminal.processes().find(({ argv }) => argv[0] === pid1)?.pid ?? 0;
    process.kill(init, 'SIGTSTP');
    await runs(terminal, 'T', 'sleep', '66');
    process.kill(init, 'SIGCONT');
    await runs(terminal, 'S', 'sleep', '66');
    await isUsable(terminal);
  },
);
