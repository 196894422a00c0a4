import { spawnSync } from 'node:child_process';
import { pid1Path } from '@twenty-init/core';

/** An init that takes `-- PROGRAM ARGS…`. */
export interface Init {
  readonly name: string;
  readonly path: string;
  /** To tell which build it was. */
  readonly version: string;
}

const debianPackages = {
  tini: 'tini',
  'tini-static': 'tini',
  'dumb-init': 'dumb-init',
  catatonit: 'catatonit',
};

export const pid1: Init = { name: 'pid1', path: pid1Path(), version: 'this checkout' };

/** Those of the peers that Debian has installed here, and the names of the others. */
export function findPeers(): { readonly peers: Init[]; readonly missing: string[] } {
  const peers: Init[] = [];
  const missing: string[] = [];
  for (const [name, debianPackage] of Object.entries(debianPackages)) {
    const path = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
    if (path === '') missing.push(name);
    else peers.push({ name, path, version: versionOf(debianPackage) });
  }
  return { peers, missing };
}

function versionOf(debianPackage: string): string {
  const query = ['--show', '--showformat=${Version}', debianPackage];
  return spawnSync('dpkg-query', query, { encoding: 'utf8' }).stdout;
}
