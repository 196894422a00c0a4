/** What Node warns of while that is done, such as a leak of listeners. */
export async function warningsOf(work: () => Promise<void> | void): Promise<Error[]> {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  await work();
  await new Promise(setImmediate); // Node tells of them in a later tick
  process.off('warning', onWarning);
  return warnings;
}
