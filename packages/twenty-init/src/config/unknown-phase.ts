import { closest } from './closest.ts';

/** What is wrong with a name that no phase has. */
export function unknownPhase(name: string, known: readonly string[]): string {
  const meant = closest(name, known);
  const hint =
    meant === undefined
      ? `; the config has ${known.join(', ') || 'none'}`
      : `, did you mean "${meant}"?`;
  return `there is no phase "${name}"${hint}`;
}
