import * as v from 'valibot';
import { closest } from './closest.ts';
import type { Config } from './config.ts';
import { parseDuration } from './duration.ts';
import type { Problem } from './problem.ts';

export type Validated = { readonly config: Config } | { readonly problems: readonly Problem[] };

/** Checks the shape of a config; finds every problem, not only the first. */
export function validate(input: unknown): Validated {
  const result = v.safeParse(configSchema, input);
  const problems = [...(result.issues ?? []).map(problem), ...orderProblems(input)];
  return result.success && problems.length === 0 ? { config: result.output } : { problems };
}

/** Of a key; the one complaint that is left to an object schema behind {@link anObject}. */
const missing = 'is missing';

const text = v.pipe(v.string(expected('a string')), v.nonEmpty('must not be empty'));

const duration = v.pipe(
  v.string(expected('a duration with a unit, such as "30s"')),
  v.check(
    (value) => parseDuration(value) !== undefined,
    'expected a duration with a unit, such as "30s" or "1h30m"',
  ),
);

const command = v.pipe(
  v.array(
    v.string(expected('a string')),
    expected('a list such as ["node", "server.js"] (no shell splits it)'),
  ),
  v.check((words) => words.length > 0 && words[0] !== '', 'must name a program first'),
);

const environment = v.pipe(
  anObject('an object of strings'),
  v.record(v.string(), v.string(expected('a string'))),
);

const commandEntries = {
  cwd: v.exactOptional(text),
  env: v.exactOptional(environment),
};

const phase = strict({
  command,
  ...commandEntries,
  skipIf: v.exactOptional(strict({ env: environment })),
  onFailure: v.exactOptional(v.picklist(['abort', 'warn'], expected('"abort" or "warn"'))),
  timeout: v.exactOptional(duration),
});

const app = strict({
  command: v.exactOptional(command),
  ...commandEntries,
  gracePeriod: v.exactOptional(duration),
  successExitCodes: v.exactOptional(
    v.array(v.picklist([0, 'forwarded'], expected('0 or "forwarded"')), expected('a list')),
  ),
});

const configSchema: v.GenericSchema<unknown, Config> = strict({
  name: v.exactOptional(text),
  cwd: v.exactOptional(
    v.pipe(
      text,
      v.check((path) => path.startsWith('/'), 'must be absolute, such as "/app"'),
    ),
  ),
  env: v.exactOptional(
    strict({ required: v.exactOptional(v.array(text, expected('a list of variable names'))) }),
  ),
  phases: v.pipe(
    anObject('an object of phases, the last one "exec-app"'),
    v.objectWithRest({ 'exec-app': app }, phase, missing),
  ),
}) as v.GenericSchema<unknown, Config>;

/** Like v.strictObject, which stops at the first unknown key and cannot say what was meant. */
function strict<const Entries extends v.ObjectEntries>(entries: Entries) {
  const known = Object.keys(entries);
  return v.pipe(
    anObject('an object'),
    v.looseObject(entries, missing),
    v.rawCheck(({ dataset, addIssue }) => {
      const input: unknown = dataset.value;
      if (typeof input !== 'object' || input === null) return;
      for (const [key, value] of Object.entries(input)) {
        if (known.includes(key)) continue;
        const meant = closest(key, known);
        addIssue({
          message: `unknown key${meant === undefined ? `; known here: ${known.join(', ')}` : `, did you mean "${meant}"?`}`,
          path: [
            { type: 'object', origin: 'key', input: input as Record<string, unknown>, key, value },
          ],
        });
      }
    }),
  );
}

/** valibot's objects and records also take arrays. */
function anObject(what: string) {
  return v.custom<Record<string, unknown>>(
    (input) => typeof input === 'object' && input !== null && !Array.isArray(input),
    expected(what),
  );
}

function expected(what: string): (issue: v.BaseIssue<unknown>) => string {
  return (issue) =>
    issue.received === 'undefined'
      ? `is missing: expected ${what}`
      : `expected ${what}, got ${issue.received}`;
}

function problem(issue: v.BaseIssue<unknown>): Problem {
  const where = v.getDotPath(issue) ?? 'the config';
  return { where, what: issue.message };
}

/** JavaScript moves integer-like keys to the front, and some editors sort keys: both would change what runs when. */
function orderProblems(input: unknown): Problem[] {
  const phases: unknown = (input as { phases?: unknown } | null)?.phases;
  if (typeof phases !== 'object' || phases === null) return [];
  const names = Object.keys(phases);
  const problems = names
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({
      where: `phases.${name}`,
      what: 'a phase cannot be named by a number: JavaScript would run it before the others',
    }));
  if (names.includes('exec-app') && names.at(-1) !== 'exec-app')
    problems.push({
      where: 'phases.exec-app',
      what: `must be written last, found before "${names.at(-1)}" (were the keys sorted?)`,
    });
  return problems;
}
