/** What a command line asks for, by its form alone; a value that is refused makes an error of any of them. */
export type Request =
  | { readonly kind: 'error' | 'information' | 'pause' }
  | { readonly kind: 'run'; readonly program: string; readonly args: readonly string[] };

export interface Interface {
  readonly names: readonly string[];
  /** As getopt has them: `e:` takes a value. */
  readonly letters: string;
  /** With a `=` those that take a value. */
  readonly longNames: readonly string[];
  /** Exit codes: of its own failure, and of a program that cannot be started. */
  readonly failure: number;
  readonly notStarted: readonly number[];
}

export const interfaces: readonly Interface[] = [
  {
    names: ['pid1', '/sbin/pid1', 'init', ''],
    letters: 'sgp:e:r:D:tG:wzvPxhVl',
    longNames: [
      ...['subreaper', 'no-subreaper', 'group', 'parent-death=', 'expect=', 'rewrite=', 'delay='],
      ...['setsid', 'grace=', 'warn-reaped', 'zombies', 'verbose', 'pause', 'exec', 'foreground'],
      // Not --node, which runs another program than the one named.
      ...['user=', 'parent=', 'nofile=', 'error-fd=', 'help', 'version', 'licence'],
    ],
    failure: 125,
    notStarted: [126, 127],
  },
  {
    names: ['tini', '/usr/bin/tini-static', '/sbin/docker-init'],
    letters: 'sgp:e:wvhl',
    longNames: ['help', 'version'],
    failure: 1,
    notStarted: [126, 127],
  },
  {
    names: ['dumb-init', './dumb-init'],
    letters: 'r:vchV',
    longNames: ['rewrite=', 'verbose', 'single-child', 'help', 'version'],
    failure: 1,
    notStarted: [2],
  },
  {
    names: ['catatonit', '/run/podman-init'],
    letters: 'gPhVL',
    longNames: ['help', 'version'],
    failure: 1,
    notStarted: [1],
  },
];

/** Options end at the first argument that is none. */
export function parse({ letters, longNames }: Interface, args: readonly string[]): Request {
  let pause = false;
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      at++;
      break;
    }
    if (!/^-./s.test(arg)) break;
    const found = arg.startsWith('--') ? longOption(longNames, arg) : shortOptions(letters, arg);
    if (found === undefined) return { kind: 'error' };
    if (found.information) return { kind: 'information' };
    if (found.needsNext && ++at >= args.length) return { kind: 'error' };
    pause ||= found.pause;
  }
  const [program, ...rest] = args.slice(at);
  if (pause) return { kind: program === undefined ? 'pause' : 'error' };
  return program === undefined ? { kind: 'error' } : { kind: 'run', program, args: rest };
}

interface Found {
  readonly information: boolean;
  readonly pause: boolean;
  readonly needsNext: boolean;
}

function longOption(longNames: readonly string[], arg: string): Found | undefined {
  const [, name = '', value] = /^--([^=]*)(=.*)?$/s.exec(arg) ?? [];
  const takesValue = longNames.includes(`${name}=`);
  if (!takesValue && (!longNames.includes(name) || value !== undefined)) return undefined;
  return {
    information: ['help', 'version', 'licence'].includes(name),
    pause: name === 'pause',
    needsNext: takesValue && value === undefined,
  };
}

function shortOptions(letters: string, arg: string): Found | undefined {
  let pause = false;
  for (let index = 1; index < arg.length; index++) {
    const letter = arg[index] ?? '';
    const at = letter === ':' ? -1 : letters.indexOf(letter);
    if (at < 0) return undefined;
    if ('hVlL'.includes(letter)) return { information: true, pause, needsNext: false };
    pause ||= letter === 'P';
    if (letters[at + 1] === ':')
      return { information: false, pause, needsNext: index === arg.length - 1 };
  }
  return { information: false, pause, needsNext: false };
}
