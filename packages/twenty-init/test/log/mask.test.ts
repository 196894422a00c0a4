import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskFor } from '../../src/log/mask.ts';
import { maskedFields } from '../../src/log/masked-fields.ts';
import { findPieces } from '../../src/log/pieces.ts';
import { terminationMessage } from '../../src/log/termination-message.ts';
import { textLog } from '../../src/log/text.ts';
import { viewOf } from '../../src/log/views.ts';

const password = 'correct-horse/battery staple';

describe('the mask', () => {
  const mask = maskFor({ DB_PASSWORD: password });

  it('knows a secret that a URL stands in', () => {
    const inUrl = maskFor({ MY_SECRET: 'x://u:pw@h and more of it' });
    expect(inUrl('it is x://u:pw@h and more of it!')).not.toMatch(/and more|u:pw/);
  });

  it('hides the password of a URL that begins with a secret', () => {
    const begin = maskFor({ MY_TOKEN: 'abcdefgh://me:' });
    expect(begin('abcdefgh://me:unknown@host')).not.toContain('unknown');
  });

  it.each([
    ['its end', password.slice(0, 12)],
    ['its beginning', password.slice(-12)],
    ['both', password.slice(6, 14)],
  ])('hides a secret that was cut at %s', (_, piece) => {
    expect(mask(`>${piece}<`)).toBe('>***<');
  });

  it('leaves what is too short to be told from a word', () => {
    expect(mask('a correct horse')).toBe('a correct horse');
  });

  it.each([
    ['of a phase', { phases: { migrate: { env: { DB_PASSWORD: password } } } }],
    ['of a step', { phases: { m: { steps: [{ name: 'a', env: { DB_PASSWORD: password } }] } } }],
    ['of the app', { phases: { 'exec-app': { env: { DB_PASSWORD: password } } } }],
    ['of a phase after the app', { post: { clean: { env: { API_KEY: password } } } }],
    ['with a variable in it', { phases: { m: { env: { API_KEY: '${REST}staple' } } } }],
    ['in a config that is wrong', { phase: [{ env: { DB_PASSWORD: password } }] }],
  ])('knows a secret in env that is written in the config, %s', (_, written) => {
    const known = maskFor({ REST: 'correct-horse/battery ' }, [], written);
    expect(known(`it is ${password}!`)).toBe('it is ***!');
  });

  it('knows the password of a URL that is written in the config', () => {
    const written = { phases: { m: { command: ['psql', 'postgres://me:hunter2-more@db/app'] } } };
    expect(maskFor({}, [], written)('FATAL: hunter2-more is wrong')).toBe('FATAL: *** is wrong');
  });

  it('survives a config that is within itself', () => {
    const written: Record<string, unknown> = { MY_SECRET: password };
    written.self = written;
    expect(maskFor({}, [], written)(password)).toBe('***');
  });

  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
  ])('knows a secret of several lines, with either line end in the text (%s)', (_, end) => {
    for (const own of ['\n', '\r\n']) {
      const known = maskFor({ MY_SECRET: ['first', 'second', 'third'].join(own) });
      const text = ['say first', 'second', 'third!'].join(end);
      expect(known(text)).toBe(['say ***', '***', '***!'].join(end));
    }
  });

  it('knows the lines of a secret with CRLF', () => {
    const known = maskFor({ MY_SECRET: 'first line\r\nsecond\r\nthird' });
    expect(known('second and first line')).toBe('*** and ***');
  });

  it('knows a secret of several lines as a log repeats it', () => {
    const known = maskFor({ MY_SECRET: 'ab\ncdefg\nhij' });
    expect(known('last 3 lines:\n| ab\n| cdefg\n| hij')).toBe('last 3 lines:\n| ***\n| ***\n| ***');
    expect(known('sh -c ab ⏎ cdefg ⏎ hij')).not.toContain('cdefg');
    expect(maskedFields({ lastLines: ['ab', 'cdefg', 'hij'] }, known)).toEqual({
      lastLines: ['***', '***', '***'],
    });
  });

  it('hides secrets that overlap', () => {
    const known = maskFor({ A_SECRET: 'one-two-three', B_SECRET: 'three-four-five' });
    expect(known('(one-two-three-four-five)')).toBe('(***)');
  });

  it('hides a secret that is a part of another, and the other', () => {
    const known = maskFor({ A_SECRET: 'two-three', B_SECRET: 'one-two-three-four' });
    expect(known('(one-two-three-four) (two-three)')).toBe('(***) (***)');
  });

  it.each([
    ['percent-encoded', encodeURIComponent],
    ['percent-encoded in part', encodeURI],
    ['percent-encoded in small letters', (text: string) => encodeURIComponent(text).toLowerCase()],
    ['as a form', (text: string) => String(new URLSearchParams({ x: text })).slice(2)],
    ['in JSON', (text: string) => JSON.stringify(text).slice(1, -1)],
    ['in JSON that is percent-encoded', (text: string) => encodeURIComponent(JSON.stringify(text))],
  ])('knows a secret %s', (_, encode) => {
    const secret = 'ünder the "bridge" / at 5';
    const known = maskFor({ MY_SECRET: secret });
    expect(known(`(${encode(secret.toLowerCase())})`)).not.toMatch(/nder|bridge|at.*5/);
  });

  it('knows the password of a URL as the app reads it', () => {
    const known = maskFor({ DB_URL: 'postgres://me:hunter%402%2Fmore@db/app' });
    expect(known('wrong: hunter@2/more')).toBe('wrong: ***');
  });

  it('shows the scheme, the host and the path of a URL from a file: they are no secret', () => {
    const known = maskFor({ DB: 'postgres://postgres:hunter2@postgres:5432/directus' }, ['DB']);
    expect(known('postgres:5432 refuses hunter2; cwd /directus')).toBe(
      'postgres:5432 refuses ***; cwd /directus',
    );
  });

  it.each([
    'https://hooks.example.com/services/T000/B000',
    'https://abcdef0123456789@sentry.example.com/1',
  ])('hides what is secret in a URL without a password (%s)', (url) => {
    const known = maskFor({ HOOK: url }, ['HOOK']);
    expect(known(`posting to ${url}`)).not.toMatch(/T000|abcdef/);
    expect(known('https://example.com')).toBe('https://example.com');
  });

  it.each(['APP_KEY', 'APP_KEYS', 'KEY', 'JWT_KEY', 'MYSQL_PWD', 'AUTH_SALT'])(
    'knows that %s is a secret',
    (name) => {
      expect(maskFor({ [name]: password })(password)).toBe('***');
    },
  );

  it.each(['PWD', 'OLDPWD', 'KEYCLOAK_URL', 'SSH_KEY_PATH', 'MONKEYS_DIR'])(
    'knows that %s is none',
    (name) => {
      expect(maskFor({ [name]: '/opt/somewhere' })('/opt/somewhere')).toBe('/opt/somewhere');
    },
  );

  it('takes a switch for no secret', () => {
    const known = maskFor({ TOKEN_REQUIRED: 'true', PRIVATE: 'none' });
    expect(known('exit 0, true (cwd /none)')).toBe('exit 0, true (cwd /none)');
  });

  it('keeps the blanks between columns', () => {
    const known = maskFor({ MY_SECRET: 'first                 last' });
    expect(known('migrate           ok')).toBe('migrate           ok');
  });
});

describe('a secret that is a common word', () => {
  const words = [
    'true',
    'info',
    'warn',
    'event',
    'phase-ended',
    'migrate',
    'succeeded',
    'register',
  ];

  it.each(words)('hides no structure of a line (%s)', (word) => {
    const written = { phases: { migrate: {}, register: {} } };
    const mask = maskFor({ MY_TOKEN: word }, [], written);
    const fields = {
      event: 'phase-ended',
      phase: 'migrate',
      outcome: 'succeeded',
      exitedBy: 'phase',
      durationMs: 1000,
      ready: true,
      pids: ['1000'],
    };
    expect(maskedFields(fields, mask)).toEqual(fields);
    const lines: string[] = [];
    const writeLine = (line: string): void => void lines.push(line);
    textLog({ writeLine, now: () => 0, mask })('info', 'hello');
    expect(lines).toEqual(['1970-01-01T00:00:00.000Z info  hello']);
    expect(mask('── migrate ── x')).toBe('── migrate ── x');
  });
});

describe('the search for pieces', () => {
  const secrets = [password, 'a'.repeat(5000), 'abcdefgh'.repeat(500)].map(
    (text) => viewOf(text).codes,
  );
  const find = findPieces(secrets, 8);

  it.each([password, 'a', 'abcdefgh', 'aaaab', password.slice(0, 7), 'no secret '])(
    'compares a few characters for each of the text, however long that is (%j)',
    (unit) => {
      for (const size of [1000, 10_000, 100_000]) {
        const { codes } = viewOf(unit.repeat(size / unit.length));
        expect(find(codes, () => {})).toBeLessThanOrEqual(10 * size);
      }
    },
  );
});

describe('a text of 1 MB', () => {
  const megabyte = 2 ** 20;
  const mask = maskFor({
    DB_PASSWORD: password,
    PIN_TOKEN: '1234',
    PEM_KEY: 'line one\nline two\nline three',
    DB_URL: 'postgres://me:hunter%402@db/app',
  });

  // A mask that is not linear takes minutes for one of them.
  it.each([
    'a',
    'a.',
    'a:',
    '://',
    'a://b:c',
    'a://@',
    '@',
    '%41',
    '%C3',
    '\\',
    '\\u0041',
    '\n',
    ' \n| ',
    '12',
    password,
  ])('of %j is masked like a short one', (unit) => {
    const text = unit.repeat(Math.ceil(megabyte / unit.length));
    expect(mask(text)).not.toContain(password.slice(0, 8));
  });
});

describe('no piece of eight characters of a secret', () => {
  const pieceLength = 8;

  /** As somebody prints it. */
  const printings = [
    (text: string) => text,
    encodeURIComponent,
    (text: string) => String(new URLSearchParams({ x: text })).slice(2),
    (text: string) => JSON.stringify(text).slice(1, -1),
    (text: string) => text.replaceAll('\n', '\r\n'),
    (text: string) => text.replaceAll('\n', '\n  '),
    (text: string) => text.replaceAll('\n', '\n| '),
  ];
  /** What a reader could make of it. */
  const readings = [
    (text: string) => text,
    (text: string) => text.replace(/(%[0-9a-f]{2})+/gi, decoded),
    (text: string) => text.replaceAll('+', ' ').replace(/(%[0-9a-f]{2})+/gi, decoded),
    (text: string) => text.replaceAll('\r\n', '\n'),
    (text: string) => text.replaceAll('\n  ', '\n'),
    (text: string) => text.replaceAll('\n| ', '\n'),
    (text: string) =>
      text.replace(/\\(u[0-9a-f]{4}|.)/gi, (found) => {
        try {
          return JSON.parse(`"${found}"`) as string;
        } catch {
          return found;
        }
      }),
  ];
  const decoded = (found: string): string => {
    try {
      return decodeURIComponent(found);
    } catch {
      return found;
    }
  };

  const character = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...'abcdefgXYZ0189') },
    { weight: 3, arbitrary: fc.constantFrom(...' /@:%"\\+&=?#\'$.*-{}<>') },
    { weight: 1, arbitrary: fc.constantFrom('ü', '€', '𝄞', '\n', '\r\n', '\t') },
  );
  const secret = fc
    .string({ unit: character, minLength: pieceLength, maxLength: 60 })
    // The scheme, the host and the path of a URL are no secret; nor are blanks.
    .filter((text) => !text.includes('://') && text.trim().length >= pieceLength);
  const source = fc.constantFrom('file', 'environment', 'config');
  const text = fc.record({
    secrets: fc.array(fc.tuple(source, secret), { minLength: 1, maxLength: 4 }),
    around: fc.string({ unit: character, maxLength: 30 }),
    printing: fc.nat(printings.length - 1),
    cutStart: fc.nat(40),
    cutEnd: fc.nat(40),
    overlap: fc.nat(7),
  });

  it('stands in a message', () => {
    fc.assert(
      fc.property(text, ({ secrets, around, printing, cutStart, cutEnd, overlap }) => {
        const of = (wanted: string): Record<string, string> =>
          Object.fromEntries(
            secrets.flatMap(([from, value], at) =>
              from === wanted ? [[wanted === 'file' ? `FILE${at}` : `MY_SECRET_${at}`, value]] : [],
            ),
          );
        const files = of('file');
        const mask = maskFor({ ...files, ...of('environment') }, Object.keys(files), {
          phases: { m: { env: dollars(of('config')) } },
        });
        const values = secrets.map(([, value]) => value);
        const all = values.map((value) => (printings[printing] ?? String)(value));
        const joined = all.reduce(
          (before, value) => before.slice(0, -overlap || undefined) + value,
        );
        const printed = [...all.map((value) => around + value + around), joined].join(' ');
        const shown = mask(printed.slice(cutStart, printed.length - cutEnd));
        const reasonLog = JSON.parse(
          terminationMessage(
            {
              reason: `${'x'.repeat(980)}${printed}`,
              exitCode: 1,
              exitedBy: 'init',
              lastLines: printed.split('\n'),
            },
            mask,
          ),
        ) as { reason: string; lastLines: string[] };
        for (const output of [shown, reasonLog.reason, reasonLog.lastLines.join('\n')])
          for (const read of readings) {
            // Our stars complete no piece.
            const found = read(output.replaceAll('***', '\uE000'));
            for (const value of values) {
              const seen = piecesOf(folded(value)).filter((piece) => folded(found).includes(piece));
              if (printing === 0)
                seen.push(...piecesOf(value).filter((piece) => found.includes(piece)));
              expect(seen).toEqual([]);
            }
          }
      }),
      { numRuns: 2000 },
    );
  });

  /** `env` of the config is filled in: a dollar of the secret is written as two. */
  function dollars(env: Record<string, string>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, value.replaceAll('$', '$$$$')]),
    );
  }

  /** A line end with the blanks around it is one character: logs indent. */
  function folded(value: string): string {
    return value.replace(/[ \t]*[\r\n][ \t\r\n]*/g, '\n');
  }

  /** Without those of blanks alone. */
  function piecesOf(value: string): string[] {
    return Array.from({ length: value.length - pieceLength + 1 }, (_, at) =>
      value.slice(at, at + pieceLength),
    ).filter((piece) => piece.trim() !== '');
  }
});
