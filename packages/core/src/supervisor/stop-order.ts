/**
 * The one to be stopped next, of those that were started in that order: the last one that is left, so that nothing loses
 * what it was started after. Undefined when none is.
 */
export function nextToStop<Process>(
  started: readonly Process[],
  isLeft: (process: Process) => boolean,
): Process | undefined {
  return started.findLast(isLeft);
}
