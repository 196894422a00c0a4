// memory.mjs [reaper]: how much memory Node has that does nothing, or nothing but to reap. It loads nothing else, so that
// what a reaper loads counts.
let reaper;
if (process.argv[2] === 'reaper') {
  const { createReaper } = await import('@twenty-init/core/reaper');
  reaper = createReaper();
}
setTimeout(() => {
  globalThis.gc();
  setTimeout(print, 100);
}, 1000); // a first pass, and the quiet after it

function print() {
  const status = process.getBuiltinModule('node:fs').readFileSync('/proc/self/status', 'utf8');
  const bytes = (name) => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)[1]);
  console.log(JSON.stringify({ resident: bytes('VmRSS'), own: bytes('RssAnon') }));
  reaper?.close();
}
