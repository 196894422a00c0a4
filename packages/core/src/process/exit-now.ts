import { addonIfAny } from '../native.ts';
import { realSystem } from '../system.ts';

/**
 * Ends this process with that code by one system call, when its `exit` listeners have run. Unlike `process.exit` alone it
 * waits for no thread, which may be in a write(2) that nobody reads, and no signal that comes meanwhile changes the code.
 * Off Linux, or without a native build, it is `process.exit`.
 */
export function exitNow(code: number): never {
  const addon = process.platform === 'linux' ? addonIfAny(realSystem) : undefined;
  // The last of them: a listener may set another code.
  if (addon !== undefined) process.on('exit', () => addon.exit(Number(process.exitCode ?? code)));
  return process.exit(code);
}
