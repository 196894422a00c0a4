#!/usr/bin/env node
// From the first line: without a listener SIGUSR1 opens Node's inspector on port 9229.
process.on('SIGUSR1', () => {});
const { main } = await import('../dist/cli.js');
process.exit(await main(process.argv.slice(2)));
