import { CreateError } from './create-error.ts';
import { type DraftPhase, writeDraft } from './draft.ts';

interface Manifest {
  readonly name?: string;
  readonly main?: string;
  readonly packageManager?: string;
  readonly scripts?: Readonly<Record<string, string>>;
}

/** The names that projects give to what a boot runs, by the phase that it is. */
const known: readonly (readonly [phase: string, script: RegExp])[] = [
  [
    'migrate',
    /^(db:|database:|prisma:)?(migrate|migration|migrations)(:(run|deploy|up|prod|latest))?$/,
  ],
  ['seed', /^(db:|database:|prisma:)?seed(:prod)?$/],
  ['register', /^(cron:)?register(:(all|prod|jobs))?$/],
];
const starts = [/^start:prod(uction)?$/, /^start$/, /^serve$/];

/** A config whose phases are the scripts of a package.json. Throws `USAGE` when nothing in it starts the app. */
export function draftFromPackage(manifest: Manifest): string {
  const { name, main, scripts = {}, packageManager = 'npm' } = manifest;
  const manager = packageManager.split('@')[0] ?? 'npm';
  const run = (script: string): string[] => [manager, 'run', script];
  const phases = known.flatMap(([phase, pattern]): DraftPhase[] => {
    const script = Object.keys(scripts).find((candidate) => pattern.test(candidate));
    return script === undefined ? [] : [{ name: phase, command: run(script) }];
  });
  const start = starts
    .map((pattern) => Object.keys(scripts).find((script) => pattern.test(script)))
    .find((script) => script !== undefined);
  if (start === undefined && main === undefined)
    throw new CreateError(
      'USAGE',
      'the package.json has neither a script "start" nor a "main": nothing says how the app starts',
    );
  return writeDraft({
    ...(name === undefined ? {} : { name }),
    required: [],
    phases,
    app: { name: 'exec-app', command: start === undefined ? ['node', main ?? ''] : run(start) },
    rest: [],
  });
}
