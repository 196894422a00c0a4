// imports.mjs PLATFORM: imports every subpath as if on that platform, tells what that has changed in the process, and
// what each call that needs Linux says.
import { channel } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

const [platform] = process.argv.slice(2);
Object.defineProperty(process, 'platform', { value: platform });
const installed = () => ({
  listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
  // Loading a module itself has file requests under way.
  resources: process.getActiveResourcesInfo().filter((name) => !/^(FS|Pipe|Close)/.test(name)),
  subscribed: channel('child_process').hasSubscribers,
});
const before = JSON.stringify(installed());
const name = '@twenty-init/core';
const { exports } = createRequire(import.meta.url)(`${name}/package.json`);
const paths = Object.keys(exports).filter((path) => path !== './package.json');
for (const path of paths) await import(name + path.slice(1));
const changed = JSON.stringify(installed()) !== before;

const core = await import(name);
const codeOf = async (call) => {
  try {
    await call();
    return 'works';
  } catch ({ name, code }) {
    return name === 'CoreError' ? code : `${name}`;
  }
};
const calls = {
  become: () => core.become('true', []),
  createReaper: () => core.createReaper(),
  killAll: () => core.killAll(),
  pid1Path: () => core.pid1Path(),
  processTree: () => core.processTree(process.pid),
  setSubreaper: () => core.setSubreaper(true),
  parentDeath: () => core.spawnChild('true', [], { parentDeath: 'SIGKILL' }),
  spawnChild: () => core.spawnChild('true', []),
  fanOut: () => core.fanOut([]).close(),
  createSupervisor: () => core.createSupervisor([]).stop(),
};
const codes = {};
if (platform !== 'linux')
  for (const [name, call] of Object.entries(calls)) codes[name] = await codeOf(call);

const inWorker = `
  const { parentPort } = require('node:worker_threads');
  import('@twenty-init/core')
    .then(({ spawnChild }) => spawnChild('true', [], { parentDeath: 'SIGKILL' }))
    .then(() => 'works', ({ code }) => code)
    .then((code) => parentPort.postMessage(code));`;
if (platform === 'linux')
  codes.parentDeathInWorker = await new Promise((resolve) =>
    new Worker(inWorker, { eval: true }).once('message', resolve),
  );
console.log(JSON.stringify({ paths: paths.length, changed, codes }));
