import { type Draft, type DraftPhase, writeDraft } from './draft.ts';
import { splitWords } from './words.ts';

/**
 * Drafts a config from an entrypoint script. It knows the plain forms: a command a line, `cd`, `export`, `NAME=value
 * command`, `|| true`, `if [ "$X" = "y" ]`, `exec "$@"`; pipes and redirections go to a shell. Everything else becomes
 * a TODO that quotes the line: a translation that guesses would run something that nobody asked for.
 */
export function draftFromScript(script: string): string {
  const reader = newReader();
  for (const line of logicalLines(script)) readLine(reader, line);
  return writeDraft(reader.draft());
}

interface Reader {
  cwd: string | undefined;
  env: Record<string, string>;
  /** Of the `if` blocks that are open; undefined is one that was not understood. */
  readonly conditions: (Condition | undefined)[];
  readonly phases: DraftPhase[];
  readonly leftOver: string[];
  readonly required: string[];
  app: DraftPhase | undefined;
  /** `set -o pipefail`: a pipe means something else than in a shell of its own. */
  pipefail: boolean;
  draft(): Draft;
}

interface Condition {
  readonly key: 'onlyIf' | 'skipIf';
  readonly env: Readonly<Record<string, string>>;
}

function newReader(): Reader {
  const reader: Reader = {
    cwd: undefined,
    env: {},
    conditions: [],
    phases: [],
    leftOver: [],
    required: [],
    app: undefined,
    pipefail: false,
    draft: () => ({
      required: reader.required,
      phases: reader.phases,
      app: reader.app,
      leftOver: reader.leftOver,
    }),
  };
  return reader;
}

/** Without comments, and with lines that end in a backslash put together. */
function logicalLines(script: string): string[] {
  return script
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function readLine(reader: Reader, line: string): void {
  if (/^set .*\bpipefail\b/.test(line)) reader.pipefail = true;
  if (/^set [-+]/.test(line) || isMessage(line) || line === 'then' || line === ':') return;
  const condition = /^if (.*?);? *(then)?$/.exec(line)?.[1];
  if (condition !== undefined) {
    const understood = readCondition(condition);
    reader.conditions.push(understood);
    if (understood === undefined) reader.leftOver.push(line);
    return;
  }
  if (line === 'fi') {
    reader.conditions.pop();
    return;
  }
  const open = reader.conditions.length;
  if (line === 'else' && open === 1 && reader.conditions[0] !== undefined) {
    const [{ key, env }] = reader.conditions as [Condition];
    reader.conditions[0] = { key: key === 'onlyIf' ? 'skipIf' : 'onlyIf', env };
    return;
  }
  // Within what was not understood nothing is.
  if (open > 1 || (open === 1 && reader.conditions[0] === undefined)) {
    reader.leftOver.push(line);
    return;
  }
  readCommand(reader, line);
}

/** An `echo` that only says something. */
function isMessage(line: string): boolean {
  const bare = line.replace(/'[^']*'|"[^"]*"/g, '');
  return /^echo\b/.test(line) && !/>(?!&)|(?<!\|)\|(?!\|)/.test(bare);
}

/** `[ "$NAME" = "value" ]`, `!=`, and `[ -n "$NAME" ]` are beyond an equality; only the first has a meaning here. */
function readCondition(text: string): Condition | undefined {
  const match =
    /^(?:\[\[?|test) +"?\$\{?(\w+)(?::-[^}]*)?\}?"? +(=|==|!=) +"?([^"$\s\]]*)"?(?: +\]\]?)?$/.exec(
      text,
    );
  if (match === null) return undefined;
  const [, name = '', operator, value = ''] = match;
  return { key: operator === '!=' ? 'skipIf' : 'onlyIf', env: { [name]: value } };
}

function readCommand(reader: Reader, line: string): void {
  const required = /^: *"?\$\{(\w+):\?/.exec(line)?.[1];
  if (required !== undefined) {
    reader.required.push(required);
    return;
  }
  const tolerated = /^(.*?) *\|\| *(true|:|echo\b.*)$/.exec(line);
  const text = tolerated?.[1] ?? line;
  const words = splitWords(text);
  if (words === undefined && readPipe(reader, text, tolerated !== null)) return;
  if (words === undefined || words.length === 0) {
    reader.leftOver.push(line);
    return;
  }
  const [program = ''] = words;
  if (program === 'cd' && words.length === 2 && reader.conditions.length === 0) {
    reader.cwd = joined(reader.cwd, words[1] ?? '');
    return;
  }
  if (
    program === 'export' &&
    words.slice(1).every((word) => /^\w+=/.test(word)) &&
    reader.conditions.length === 0
  ) {
    reader.env = { ...reader.env, ...assignments(words.slice(1)) };
    return;
  }
  if (program === 'exec') {
    if (words[1] === '$@' && words.length === 2) return;
    if (words[1] !== undefined && !words.includes('$@')) {
      reader.app = phase(reader, 'exec-app', words.slice(1));
      return;
    }
  }
  if (ofTheScript.test(program) || words.includes('$@')) {
    reader.leftOver.push(line);
    return;
  }
  const name = unique(nameOf(words), reader.phases);
  reader.phases.push({
    ...phase(reader, name, words),
    ...(tolerated === null ? {} : { onFailure: 'warn' as const }),
  });
}

/** What changes the script itself, or is a part of something longer. */
const ofTheScript =
  /^(\.|source|eval|exec|trap|wait|export|unset|exit|return|cd|if|then|else|elif|for|while|case|do|done|esac|until|function|\{|\})$/;

/** A line of commands in a pipe, or with redirections: a shell of its own does the same. False when it does not. */
function readPipe(reader: Reader, text: string, isTolerated: boolean): boolean {
  const words = splitWords(text, { pipes: true });
  if (words === undefined || words.includes('$@') || /\$\{?\d/.test(text)) return false;
  const programs = words.filter((_, index) => index === 0 || words[index - 1] === '|');
  if (programs.some((program) => ofTheScript.test(program))) return false;
  if (reader.pipefail && programs.length > 1) return false;
  const name = unique(nameOf(words), reader.phases);
  reader.phases.push({
    ...phase(reader, name, []),
    command: text,
    ...(isTolerated ? { onFailure: 'warn' as const } : {}),
  });
  return true;
}

function phase(reader: Reader, name: string, words: readonly string[]): DraftPhase {
  const first = words.findIndex((word) => !/^\w+=/.test(word));
  const env = { ...reader.env, ...assignments(words.slice(0, Math.max(0, first))) };
  const [condition] = reader.conditions;
  return {
    name,
    command: words.slice(Math.max(0, first)),
    ...(reader.cwd === undefined ? {} : { cwd: reader.cwd }),
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...(condition === undefined ? {} : { [condition.key]: condition.env }),
  };
}

function assignments(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );
}

/** What the command is about, by the words that people use. */
function nameOf(words: readonly string[]): string {
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
  const last = (words.at(-1) ?? 'step').replace(/.*\//, '').replace(/\W+/g, '-');
  const name = found?.[0] ?? last;
  return /^\d*$/.test(name) || name === 'exec-app' ? `step-${name}` : name;
}

function unique(name: string, phases: readonly DraftPhase[]): string {
  const taken = new Set(phases.map((other) => other.name));
  let candidate = name;
  for (let number = 2; taken.has(candidate); number++) candidate = `${name}-${number}`;
  return candidate;
}

function joined(cwd: string | undefined, next: string): string {
  if (next.startsWith('/') || cwd === undefined) return next;
  return `${cwd.replace(/\/$/, '')}/${next}`;
}
