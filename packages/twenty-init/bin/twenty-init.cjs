#!/usr/bin/env node
// From the first line: without a listener SIGUSR1 opens Node's inspector on port 9229.
process.on('SIGUSR1', () => {});
require('../dist/cli.cjs')
  .main(process.argv.slice(2))
  .then((exitCode) => process.exit(exitCode));
