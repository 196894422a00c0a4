// Prints which modules of Node a reaper brings into a process that has none but its own.
const before = new Set(process.moduleLoadList);
const { createReaper } = await import('@twenty-init/core/reaper');
createReaper();
// Those that are internal cannot be told apart from what the loader of modules is made of.
const added = process.moduleLoadList.filter((name) => !before.has(name) && !/ internal/.test(name));
console.log(JSON.stringify(added.filter((name) => name.startsWith('NativeModule '))));
