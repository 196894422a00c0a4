import { type Block, blocksOf } from './blocks.ts';
import { type DraftPhase, writeDraft } from './draft.ts';
import { isMessage, meets, negated, readCondition, type Scope } from './script-conditions.ts';
import { splitWords } from './shell-words.ts';
import { statementsOf } from './statements.ts';

/**
 * Drafts a config from an entrypoint script. It knows the plain forms: a command a line, `cd`, `export`, `NAME=value
 * command`, `|| true`, `if [ "$X" = "y" ]`, functions without arguments, `exec "$@"`; pipes and redirections go to a
 * shell. Everything else becomes a TODO that quotes it: a translation that guesses would run something that nobody
 * asked for.
 */
export function draftFromScript(script: string): string {
  const reader = newReader();
  const blocks = blocksOf(statementsOf(script));
  readAll(reader, blocks, {});
  for (const { lines } of reader.functions.values()) leave(reader, lines);
  // Without exec the container ends with the script: its last command is the app.
  const last = reader.phases.at(-1);
  const isApp = reader.app === undefined && last !== undefined && last.line === blocks.at(-1);
  const app = reader.app ?? (isApp ? { ...last.phase, name: 'exec-app' } : undefined);
  const phases = (isApp ? reader.phases.slice(0, -1) : reader.phases).map(({ phase }) => phase);
  return writeDraft({ required: reader.required, phases, app, rest: reader.pending });
}

type FunctionBlock = Extract<Block, { type: 'function' }>;

interface Reader {
  cwd: string | undefined;
  env: Record<string, string>;
  /** Variables that the script sets for itself, in ways that a config has no word for. */
  readonly own: Set<string>;
  /** Those that were not called yet. */
  readonly functions: Map<string, FunctionBlock>;
  readonly phases: { readonly phase: DraftPhase; readonly line: Block }[];
  /** What was not understood since the last phase. */
  pending: string[];
  readonly required: string[];
  app: DraftPhase | undefined;
  /** `set -o pipefail`: a pipe means something else than in a shell of its own. */
  pipefail: boolean;
}

function newReader(): Reader {
  return {
    cwd: undefined,
    env: {},
    own: new Set(),
    functions: new Map(),
    phases: [],
    pending: [],
    required: [],
    app: undefined,
    pipefail: false,
  };
}

/** Without a scope it is not known whether, or when, this runs. */
function readAll(reader: Reader, blocks: readonly Block[], scope: Scope | undefined): void {
  let here = scope;
  for (const block of blocks) {
    if (here === undefined) leave(reader, block.lines);
    else here = readBlock(reader, block, here);
  }
}

/** The scope of what comes after it. */
function readBlock(reader: Reader, block: Block, scope: Scope): Scope | undefined {
  switch (block.type) {
    case 'command':
      return readCommand(reader, block, scope);
    case 'if':
      return readIf(reader, block, scope);
    case 'function':
      reader.functions.set(block.name, block);
      return scope;
    case 'other':
      return leaveBlock(reader, block, scope);
  }
}

function leave(reader: Reader, lines: readonly string[]): void {
  for (const line of lines.flatMap((statement) => statement.split('\n'))) {
    for (const [, name = ''] of line.matchAll(/(?:^|[\s;({])(\w+)\+?=/g)) reader.own.add(name);
    reader.pending.push(line);
  }
}

/** After one that may return nobody knows what runs; one that may exit is mostly a check. */
function leaveBlock(reader: Reader, { lines }: Block, scope: Scope): Scope | undefined {
  leave(reader, lines);
  return lines.some((line) => /\breturn\b/.test(line)) ? undefined : scope;
}

function readIf(
  reader: Reader,
  block: Extract<Block, { type: 'if' }>,
  scope: Scope,
): Scope | undefined {
  const { then, otherwise } = block;
  const isQuiet = [...then, ...otherwise].every((inner) => isMessage(inner));
  const missing = /^\[\[? +-z +"?\$\{?(\w+)(?::?-)?\}?"? +\]\]?$/.exec(block.condition)?.[1];
  if (missing !== undefined && otherwise.length === 0 && endsBy(then, /^exit +[1-9]/)) {
    if (Object.keys(scope).length === 0 && isFree(reader, missing)) {
      reader.required.push(missing);
      return scope;
    }
  }
  const condition = readCondition(block.condition);
  if (condition === undefined) {
    // `if command; then echo …; else echo …; fi`: its failure changes nothing.
    const words = isQuiet ? splitWords(block.condition) : undefined;
    if (words !== undefined && addPhase(reader, words, block, scope, true)) return scope;
    return leaveBlock(reader, block, scope);
  }
  const inside = meets(scope, condition);
  const outside = meets(scope, negated(condition));
  const [name = ''] = Object.keys(condition.env);
  if (inside === undefined || outside === undefined || !isFree(reader, name))
    return leaveBlock(reader, block, scope);
  // `if [ "$SKIP" = "true" ]; then return; fi`: the rest of the function has the opposite condition.
  if (otherwise.length === 0 && endsBy(then, /^return( +0)?$/)) return outside;
  if (block.lines.some((line) => /\b(return|exit|exec|cd|export)\b/.test(line)))
    return leaveBlock(reader, block, scope);
  readAll(reader, then, inside);
  readAll(reader, otherwise, outside);
  return scope;
}

/** Only says something, and then does that. */
function endsBy(blocks: readonly Block[], command: RegExp): boolean {
  const last = blocks.at(-1);
  return (
    last?.type === 'command' &&
    command.test(last.lines[0]) &&
    blocks.slice(0, -1).every((block) => isMessage(block))
  );
}

/** Whether it is what the container was given. */
function isFree({ own, env }: Reader, name: string): boolean {
  return !own.has(name) && env[name] === undefined;
}

function readCommand(
  reader: Reader,
  block: Extract<Block, { type: 'command' }>,
  scope: Scope,
): Scope | undefined {
  const [line] = block.lines;
  if (/^set .*\bpipefail\b/.test(line)) reader.pipefail = true;
  if (/^set [-+]/.test(line) || isMessage(block) || line === ':') return scope;
  if (/^return( +0)?$/.test(line)) return undefined;
  const required = /^: *"?\$\{(\w+):\?/.exec(line)?.[1];
  const isAlways = Object.keys(scope).length === 0;
  if (required !== undefined && isAlways) {
    reader.required.push(required);
    return scope;
  }
  const [, tolerated] = /^(.*?) *\|\| *(?:true|:|echo\b.*)$/s.exec(line) ?? [];
  const text = tolerated ?? line;
  const isTolerated = tolerated !== undefined;
  const words = splitWords(text);
  const [program = ''] = words ?? [];
  const called = reader.functions.get(program);
  if (called !== undefined && words?.length === 1 && !isTolerated) {
    reader.functions.delete(program);
    readAll(reader, called.body, scope);
    return scope;
  }
  const isDone =
    words === undefined
      ? addPipe(reader, text, block, scope, isTolerated)
      : (isAlways && readOwn(reader, words)) || addPhase(reader, words, block, scope, isTolerated);
  if (program === 'exec' || program === 'exit') {
    if (!isDone) leave(reader, [line]);
    return undefined;
  }
  return isDone ? scope : leaveBlock(reader, block, scope);
}

/** What is for the script itself: where it is, what it exports, what it becomes. */
function readOwn(reader: Reader, words: readonly string[]): boolean {
  const [program, ...args] = words;
  const [first = ''] = args;
  switch (program) {
    case 'cd':
      if (args.length !== 1 || !isKnown(reader, args)) return false;
      reader.cwd = joined(reader.cwd, filledIn(reader, first));
      return true;
    case 'export':
      if (!args.every((word) => /^\w+=/.test(word)) || !isKnown(reader, args)) return false;
      for (const word of args) Object.assign(reader.env, assignments([filledIn(reader, word)]));
      return true;
    case 'exec':
      if (first === '' || (args.includes('$@') && args.length > 1) || !isKnown(reader, args))
        return false;
      reader.app = phaseOf(reader, 'exec-app', first === '$@' ? [] : args, {});
      return true;
    default:
      return false;
  }
}

/** What changes the script itself, or is a part of something longer. */
const ofTheScript =
  /^(\.|:|!|\[|\[\[|\{|\}|alias|break|builtin|case|cd|command|continue|coproc|declare|do|done|elif|else|esac|eval|exec|exit|export|fi|for|function|getopts|hash|if|jobs|kill|let|local|read|readonly|return|select|set|shift|source|test|then|time|trap|type|typeset|ulimit|umask|unset|until|wait|while)$/;

/** False when it is no command that can be a phase. */
function addPhase(
  reader: Reader,
  words: readonly string[],
  line: Block,
  scope: Scope,
  isTolerated: boolean,
): boolean {
  const command = words.slice(firstOfCommand(words));
  const [program] = command;
  if (program === undefined || ofTheScript.test(program) || reader.functions.has(program))
    return false;
  if (words.includes('$@') || !isKnown(reader, words)) return false;
  push(reader, phaseOf(reader, nameOf(reader, command), words, scope), line, isTolerated);
  return true;
}

/** A line of commands in a pipe, or with redirections: a shell of its own does the same. False when it does not. */
function addPipe(
  reader: Reader,
  text: string,
  line: Block,
  scope: Scope,
  isTolerated: boolean,
): boolean {
  const words = splitWords(text, { pipes: true });
  if (words === undefined || words.includes('$@') || !isKnown(reader, words)) return false;
  const programs = words.filter((_, index) => index === 0 || words[index - 1] === '|');
  if (programs.some((program) => ofTheScript.test(program) || reader.functions.has(program)))
    return false;
  if (reader.pipefail && programs.length > 1) return false;
  const { command: _, ...rest } = phaseOf(reader, nameOf(reader, words), [], scope);
  push(reader, { ...rest, command: text }, line, isTolerated);
  return true;
}

function push(reader: Reader, phase: DraftPhase, line: Block, isTolerated: boolean): void {
  const todo = reader.pending;
  reader.pending = [];
  const onFailure = isTolerated ? { onFailure: 'warn' as const } : {};
  reader.phases.push({ phase: { ...phase, ...onFailure, todo }, line });
}

function phaseOf(reader: Reader, name: string, words: readonly string[], scope: Scope): DraftPhase {
  const first = firstOfCommand(words);
  const own = words.slice(0, first).map((word) => filledIn(reader, word));
  const command = words.slice(first).map((word) => filledIn(reader, word));
  const env = { ...reader.env, ...assignments(own) };
  return {
    name,
    ...(command.length === 0 ? {} : { command }),
    ...(reader.cwd === undefined ? {} : { cwd: reader.cwd }),
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...scope,
  };
}

/** Whether every variable in it is there when the container starts, or has been exported. */
function isKnown({ own }: Reader, words: readonly string[]): boolean {
  return words.every((word) =>
    [...word.replaceAll('$$', '').matchAll(/\$\{(\w+)/g)].every(([, name = '']) => !own.has(name)),
  );
}

/** What the script has exported is not in the environment that the config is filled in from. */
function filledIn({ env }: Reader, word: string): string {
  return word.replace(
    /\$\$|\$\{(\w+)(?::-[^}]*)?\}/g,
    (found, name: string | undefined) => (name === undefined ? undefined : env[name]) ?? found,
  );
}

/** The index of the program behind `NAME=value`. */
function firstOfCommand(words: readonly string[]): number {
  const first = words.findIndex((word) => !/^\w+=/.test(word));
  return first === -1 ? words.length : first;
}

function assignments(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );
}

/** What the command is about, by the words that people use. */
function nameOf({ phases }: Reader, words: readonly string[]): string {
  const text = words.join(' ');
  const subject = [
    ['migrate', /migrat|upgrade|db:push/],
    ['init-db', /(database|db):?init|init-?db|setup/],
    ['seed', /seed/],
    ['register', /register|cron/],
    ['build', /build|compile/],
    ['cache', /cache/],
  ] as const;
  const found = subject.find(([, pattern]) => pattern.test(text));
  const [first, last] = [words[0] ?? '', words.at(-1) ?? ''].map((word) =>
    word.replace(/.*\//, '').replace(/^\W+|\W+$/g, ''),
  );
  const name = found?.[0] ?? (last || first || '').replace(/\W+/g, '-');
  const free = /^\d*$/.test(name) || name === 'exec-app' ? `step-${name}` : name;
  const taken = new Set(phases.map(({ phase }) => phase.name));
  let candidate = free;
  for (let number = 2; taken.has(candidate); number++) candidate = `${free}-${number}`;
  return candidate;
}

function joined(cwd: string | undefined, next: string): string {
  if (next.startsWith('/') || cwd === undefined) return next;
  return `${cwd.replace(/\/$/, '')}/${next}`;
}
