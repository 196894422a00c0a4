/** A config that is being written. */
export interface Draft {
  readonly name?: string;
  readonly required: readonly string[];
  readonly phases: readonly DraftPhase[];
  readonly app: DraftPhase | undefined;
  /** What was not understood, to be told at the end of the file. */
  readonly leftOver: readonly string[];
}

export interface DraftPhase {
  readonly name: string;
  /** A string is for a shell. */
  readonly command: readonly string[] | string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly skipIf?: Readonly<Record<string, string>>;
  readonly onlyIf?: Readonly<Record<string, string>>;
  readonly onFailure?: 'warn';
  /** Said before it. */
  readonly todo?: readonly string[];
}

/** As a module that an editor can check, without a build step. */
export function writeDraft({ name, required, phases, app, leftOver }: Draft): string {
  const lines = [
    "import { defineConfig } from 'twenty-init';",
    '',
    'export default defineConfig({',
    ...(name === undefined ? [] : [`  name: ${quoted(name)},`]),
    ...(required.length === 0 ? [] : [`  env: { required: ${list(required)} },`]),
    '  phases: {',
    ...phases.flatMap((phase) => phaseLines(key(phase.name), phase)),
    ...(app === undefined
      ? ["    // The command is the container's CMD.", "    'exec-app': {},"]
      : phaseLines("'exec-app'", app)),
    '  },',
    '});',
    ...(leftOver.length === 0 ? [] : ['']),
    ...leftOver.map((line) => `// TODO not understood: ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

function phaseLines(name: string, phase: DraftPhase): string[] {
  return [
    ...(phase.todo ?? []).map((what) => `    // TODO ${what}`),
    `    ${name}: {`,
    ...(phase.cwd === undefined ? [] : [`      cwd: ${quoted(phase.cwd)},`]),
    ...(typeof phase.command === 'string'
      ? ["      shell: '/bin/sh',", `      command: ${quoted(phase.command)},`]
      : [`      command: ${list(phase.command)},`]),
    ...(phase.env === undefined ? [] : [`      env: ${record(phase.env)},`]),
    ...(phase.skipIf === undefined ? [] : [`      skipIf: { env: ${record(phase.skipIf)} },`]),
    ...(phase.onlyIf === undefined ? [] : [`      onlyIf: { env: ${record(phase.onlyIf)} },`]),
    ...(phase.onFailure === undefined ? [] : [`      onFailure: ${quoted(phase.onFailure)},`]),
    '    },',
  ];
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
