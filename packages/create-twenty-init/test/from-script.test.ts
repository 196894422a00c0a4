import { describe, expect, it } from 'vitest';
import { draftFromScript } from '../src/from-script.ts';

interface Drafted {
  /** As the config has them. */
  readonly phases: Record<string, object>;
  readonly env?: { readonly required: readonly string[] };
  readonly todo: readonly string[];
}

function drafted(script: string): Drafted {
  const text = draftFromScript(script);
  const body = text.slice(text.indexOf('defineConfig('), text.lastIndexOf(');') + 1);
  const config = new Function('defineConfig', `return ${body}`)((of: object) => of) as Drafted;
  const todo = [...text.matchAll(/TODO not understood: (.*)/g)].map(([, line = '']) => line);
  return { ...config, todo };
}

describe('a line that only looks like a command', () => {
  it.each([
    ['in a here-document', "cat > x <<'EOF'\nrm -rf /\nEOF"],
    ['in a here-document with tabs', 'cat <<-EOF > x\n\trm -rf /\n\tEOF'],
    ['in a loop', 'until nc -z db 5432\ndo\n  sleep 1\ndone'],
    ['in a case', 'case "$MODE" in\n  a) rm -rf / ;;\n  *) x ;;\nesac'],
    ['in a group', '{\n  rm -rf /\n}'],
    ['in a function that takes arguments', 'wipe() {\n  rm -rf "$1"\n}\nwipe /'],
    ['in a function that nobody calls', 'wipe() {\n  rm -rf /\n}'],
    ['in an if with elif', 'if [ "$A" = "b" ]\nthen\n  x\nelif y\nthen\n  z\nfi'],
    ['in an if whose condition is not known', 'if [ -e x ]\nthen\n  rm -rf /\nelse\n  y\nfi'],
    ['in a subshell', '(\ncd x\nrm -rf /\n)'],
    ['in the background', 'node worker.js &'],
    ['behind exit', 'exit 0\nrm -rf /'],
    ['with a variable of the script', 'DIR=$(pwd)\nrm -rf "$DIR/x"'],
    ['under a condition on one', 'HAS=$(psql -c x)\nif [ "$HAS" = "f" ]\nthen\n  x\nfi'],
    ['for the shell itself', 'time x\n! x\nulimit -n 9\nlocal a=b\nread a'],
    ['with what only a shell fills in', 'echo > $1\nx "${A%.*}"\nx ~/y\nx *.js\nx "$(y)"'],
    ['under a default that is the value', 'if [ "${RUN:-true}" = "true" ]\nthen\n  x\nfi'],
    ['that moves the script under a condition', 'if [ "$A" = "b" ]\nthen\n  cd x\nfi'],
  ])('%s is a TODO, each line of it', (_, script) => {
    const { phases, todo } = drafted(`${script}\nexec "$@"\n`);
    expect(Object.keys(phases)).toEqual(['exec-app']);
    const lines = script.split('\n').map((line) => line.trim());
    for (const line of lines) expect(todo.map((text) => text.trim())).toContain(line);
  });
});

it('after a return that depends on something nothing of a function is understood', () => {
  const { phases, todo } = drafted('f() {\n[ -e x ] && return\nrm -rf /\n}\nf\nexec "$@"');
  expect(phases).toEqual({ 'exec-app': {} });
  expect(todo).toEqual(['[ -e x ] && return', 'rm -rf /']);
});

describe('what is understood', () => {
  const [a, b] = [{ command: ['a'] }, { command: ['b'] }];

  it.each([
    ['statements in one line', 'a; b', { a, b }],
    ['a comment behind a command', "a # ; rm -rf '/", { a }],
    ['quotes over lines', 'node -e "x\ny"', { 'x-y': { command: ['node', '-e', 'x\ny'] } }],
    [
      'an if in one line',
      'if [ "$SEED" = "true" ]; then a; else b; fi',
      {
        a: { ...a, onlyIf: { env: { SEED: 'true' } } },
        b: { ...b, skipIf: { env: { SEED: 'true' } } },
      },
    ],
    [
      'two conditions',
      'if [ "$A" = x ]; then\nif [ "$B" != y ]; then a; fi\nfi',
      { a: { ...a, onlyIf: { env: { A: 'x' } }, skipIf: { env: { B: 'y' } } } },
    ],
    [
      'a function that returns early',
      'f() {\nif [ "${OFF}" = "true" ]; then\necho skipping\nreturn\nfi\na\n}\nf',
      { a: { ...a, skipIf: { env: { OFF: 'true' } } } },
    ],
    [
      'a failure that is only told',
      'if a; then echo fine; else echo "warning" >&2; fi',
      { a: { ...a, onFailure: 'warn' } },
    ],
    [
      'what was exported before, which the environment of the container has not',
      'export HOST=db\nexport URL="pg://$HOST"\na "$URL"',
      { URL: { command: ['a', 'pg://db'], env: { HOST: 'db', URL: 'pg://db' } } },
    ],
  ])('%s', (_, script, phases) => {
    const result = drafted(`${script}\nexec "$@"\n`);
    const { 'exec-app': app, ...before } = result.phases;
    expect(before).toMatchObject(phases);
    expect(Object.keys(before)).toEqual(Object.keys(phases));
    expect(result.todo).toEqual([]);
  });

  it('the cwd and the exports that the app gets too', () => {
    expect(drafted('cd /app\nexport A=b\nexec "${@}"').phases).toEqual({
      'exec-app': { cwd: '/app', env: { A: 'b' } },
    });
  });

  it('a script without exec, whose last command is the app', () => {
    expect(drafted('a\nnode server.js').phases).toEqual({
      a,
      'exec-app': { command: ['node', 'server.js'] },
    });
  });

  it('a variable that has to be there', () => {
    const { env, todo } = drafted(
      'if [ -z "$URL" ]; then\necho "URL is missing" >&2\nexit 1\nfi\nexec "$@"',
    );
    expect(env).toEqual({ required: ['URL'] });
    expect(todo).toEqual([]);
  });

  it('TODOs stand where the lines stood', () => {
    const text = draftFromScript('a\nwait $!\nb\nexec "$@"');
    expect(text).toMatch(/\n {4}a: \{[^}]*\},\n {4}\/\/ TODO not understood: wait \$!\n {4}b: \{/);
  });
});
