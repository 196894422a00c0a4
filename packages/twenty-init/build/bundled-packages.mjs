import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/**
 * The packages that have code in a bundle, by esbuild's metafiles; what was left out as unused does not count. The one
 * in the folder `own`, which bundles, is among them. Each has its `folder`, `name`, `version` and `license`, and
 * `dependsOn`: those of the others that it depends on. Sorted by name.
 */
export function bundledPackages(metafiles, own) {
  const packages = new Map();
  for (const path of metafiles.flatMap(filesIn)) {
    const folder = packageFolder(resolve(own, path));
    if (!packages.has(folder)) packages.set(folder, { folder, ...manifest(folder) });
  }
  return [...packages.values()].sort(byName).map((one) => {
    const { folder, name, version, license, dependencies, devDependencies } = one;
    // What is bundled is a development dependency of the package that bundles it.
    const names = Object.keys({ ...dependencies, ...(folder === own && devDependencies) });
    const dependsOn = names
      .map((dependency) => packages.get(installed(dependency, folder)))
      .filter((dependency) => dependency !== undefined)
      .sort(byName)
      .map((dependency) => ({ name: dependency.name, version: dependency.version }));
    return { folder, name, version, license, dependsOn };
  });
}

/** The modules that a plugin has made up are the own package's: as paths they are in its folder. */
function filesIn({ outputs }) {
  return Object.values(outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0),
  );
}

function packageFolder(path) {
  let folder = dirname(path);
  // A package.json without a name only says which kind of modules are in its folder.
  while (manifest(folder)?.name === undefined) folder = dirname(folder);
  return folder;
}

function manifest(folder) {
  const path = join(folder, 'package.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** The folder of a dependency, where Node finds it; undefined when it is not installed. */
function installed(name, from) {
  const folders = createRequire(join(from, 'package.json')).resolve.paths(`${name}/`) ?? [];
  const found = folders.map((folder) => join(folder, name)).find((folder) => existsSync(folder));
  return found && realpathSync(found);
}

/** Not by locale: the same source gives the same bytes. */
function byName(a, b) {
  const [one, other] = [a, b].map(({ name, version }) => `${name} ${version}`);
  return one < other ? -1 : 1;
}
