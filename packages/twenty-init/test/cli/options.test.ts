import { describe, expect, it } from 'vitest';
import { parseInvocation } from '../../src/cli/options.ts';

describe('the command line', () => {
  it.each([
    ['', 'run', {}, [], []],
    ['run', 'run', {}, [], []],
    ['-c x.json', 'run', { config: 'x.json' }, [], []],
    ['run --config=x.json -- node -c y', 'run', { config: 'x.json' }, [], ['node', '-c', 'y']],
    ['-- run', 'run', {}, [], ['run']],
    ['run-phases --only a,b --skip c', 'run-phases', { only: 'a,b', skip: 'c' }, [], []],
    ['check --static', 'check', { static: true }, [], []],
    ['plan --format json', 'plan', { format: 'json' }, [], []],
    ['help plan', 'help', {}, ['plan'], []],
    ['--help', 'help', {}, [], []],
    ['plan -h', 'help', {}, ['plan'], []],
    ['-V', 'version', {}, [], []],
  ])('%s', (line, command, values, words, cmd) => {
    const argv = line.split(' ').filter((word) => word !== '');
    expect(parseInvocation(argv)).toEqual({ command, values, words, cmd });
  });

  it.each([
    ['run --confg x', 'unknown option "--confg", did you mean "--config"?'],
    ['run -x', 'unknown option "-x"; there are --config, --help, --version'],
    ['run --config', '--config needs a value: FILE'],
    ['check --static=yes', '--static takes no value'],
    ['plan --format svg', '--format: expected tree, mermaid, json, got "svg"'],
    ['rnu', 'unknown command "rnu", did you mean "run"?'],
  ])('%s is refused', (line, message) => {
    expect(() => parseInvocation(line.split(' '))).toThrow(message);
  });
});
