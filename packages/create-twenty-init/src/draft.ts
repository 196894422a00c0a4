/** A config that is being written. */
export interface Draft {
  readonly name?: string;
  readonly required: readonly string[];
  readonly phases: readonly DraftPhase[];
  readonly app: DraftPhase | undefined;
  /** What was not understood behind the last phase. */
  readonly rest: readonly string[];
}

export interface DraftPhase {
  readonly name: string;
  /** A string is for a shell; without one it is the container's CMD. */
  readonly command?: readonly string[] | string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly skipIf?: Readonly<Record<string, string>>;
  readonly onlyIf?: Readonly<Record<string, string>>;
  readonly onFailure?: 'warn';
  /** What was not understood before it. */
  readonly todo?: readonly string[];
}

/** As a module that an editor can check, without a build step. */
export function writeDraft({
  name,
  required,
  phases,
  app = { name: 'exec-app' },
  rest,
}: Draft): string {
  const lines = [
    "import { defineConfig } from 'twenty-init';",
    '',
    'export default defineConfig({',
    ...(name === undefined ? [] : [`  name: ${quoted(name)},`]),
    ...(required.length === 0 ? [] : [`  env: { required: ${list(required)} },`]),
    '  phases: {',
    ...phases.flatMap((phase) => phaseLines(key(phase.name), phase)),
    ...phaseLines("'exec-app'", { ...app, todo: [...(app.todo ?? []), ...rest] }),
    '  },',
    '});',
  ];
  return `${lines.join('\n')}\n`;
}

function phaseLines(name: string, phase: DraftPhase): string[] {
  return [
    ...(phase.todo ?? []).map((line) => `    // TODO not understood: ${line}`.trimEnd()),
    `    ${name}: {`,
    ...(phase.cwd === undefined ? [] : [`      cwd: ${quoted(phase.cwd)},`]),
    ...commandLines(phase.command),
    ...(phase.env === undefined ? [] : [`      env: ${record(phase.env)},`]),
    ...(phase.skipIf === undefined ? [] : [`      skipIf: { env: ${record(phase.skipIf)} },`]),
    ...(phase.onlyIf === undefined ? [] : [`      onlyIf: { env: ${record(phase.onlyIf)} },`]),
    ...(phase.onFailure === undefined ? [] : [`      onFailure: ${quoted(phase.onFailure)},`]),
    '    },',
  ];
}

function commandLines(command: DraftPhase['command']): string[] {
  if (command === undefined) return ["      // The command is the container's CMD."];
  return typeof command === 'string'
    ? ["      shell: '/bin/sh',", `      command: ${quoted(command)},`]
    : [`      command: ${list(command)},`];
}

function record(entries: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(entries).map(([name, value]) => `${key(name)}: ${quoted(value)}`);
  return `{ ${pairs.join(', ')} }`;
}

function list(words: readonly string[]): string {
  return `[${words.map(quoted).join(', ')}]`;
}

function key(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : quoted(name);
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}
