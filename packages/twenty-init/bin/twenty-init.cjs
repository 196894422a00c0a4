#!/usr/bin/env node
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

const cli = join(__dirname, '../dist/cli.cjs');
/** What `twenty-init install` leaves: the source, and behind it what V8 has made of that. */
const compiled = `${cli}.compiled`;

module.exports = { cli, compiled, scriptOf };

if (require.main === module) {
  // From the first line: without a listener SIGUSR1 opens Node's inspector on port 9229.
  process.on('SIGUSR1', () => {});
  const { main, exitNow } = loadCompiled() ?? require(cli);
  main(process.argv.slice(2)).then(exitNow);
}

/** The program without the time that Node takes to compile it; undefined when there is none of just this source. */
function loadCompiled() {
  let file;
  try {
    file = readFileSync(compiled);
  } catch {
    return undefined;
  }
  const source = readFileSync(cli);
  // V8 would compare no more than the lengths.
  if (!file.subarray(0, source.length).equals(source)) return undefined;
  const Module = require('node:module');
  // As Node's own loader registers it: what is imported later requires the same one.
  const program = new Module(cli, module);
  require.cache[cli] = program;
  const run = scriptOf(cli, source, file.subarray(source.length)).runInThisContext();
  run(program.exports, Module.createRequire(cli), program, cli, dirname(cli));
  program.loaded = true;
  return program.exports;
}

/** As Node's own loader compiles it. Code that another V8 made, or this one with other flags, V8 leaves unused. */
function scriptOf(filename, source, cachedData) {
  const { Script } = require('node:vm');
  // Without a way to import(): what Node has for that, it warns about. What needs one is a file of its own.
  return new Script(
    `(function (exports, require, module, __filename, __dirname) {\n${source}\n});`,
    { filename, lineOffset: -1, cachedData },
  );
}
