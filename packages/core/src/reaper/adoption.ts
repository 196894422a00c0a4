import { setSubreaper } from '../process/subreaper.ts';
import type { System } from '../system.ts';

/** Those who adopt in this process: the attribute is the process's, and has to last as long as one of them. */
let adopters = 0;
let adoptedBefore = false;

/** The result takes it back, once. */
export function adoptOrphans(system: System): () => void {
  if (adopters === 0) adoptedBefore = setSubreaper(true, { system });
  adopters++;
  let open = true;
  return () => {
    if (!open) return;
    open = false;
    adopters--;
    if (adopters === 0) setSubreaper(adoptedBefore, { system });
  };
}
