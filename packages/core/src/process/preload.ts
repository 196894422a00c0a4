// node --import @twenty-init/core/pid1 server.js
//
// The one module of this package that does something when it is imported: as PID 1 the process becomes
// `pid1 -- node --import @twenty-init/core/pid1 server.js`. In that Node, which is not PID 1, it does nothing, and so in
// Workers, to which --import is passed on. Options of pid1 are variables: PID1_GRACE=10s.

if (process.pid === 1 && process.getBuiltinModule('node:worker_threads').isMainThread) {
  const { becomePid1 } = await import('./become-pid1.ts');
  await becomePid1();
}
