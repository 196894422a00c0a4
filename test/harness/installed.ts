import { spawnSync } from 'node:child_process';

/** Whether these programs are installed; says on stderr what is skipped without them, and which package has them. */
export function installed(programs: Readonly<Record<string, string>>, skipped: string): boolean {
  const missing = Object.entries(programs).filter(
    ([program]) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
  );
  if (missing.length === 0) return true;
  const packages = [...new Set(missing.map(([, debianPackage]) => debianPackage))];
  process.stderr.write(`${skipped}: skipped: apt-get install ${packages.join(' ')}\n`);
  return false;
}
