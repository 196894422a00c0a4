import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

/**
 * Bundles a program as CommonJS: `OUTDIR/NAME.cjs` has what every start of it needs, `OUTDIR/chunks` a file for each
 * thing that is imported when it is used, and `chunks/shared.cjs` what only some of those share, where there is any.
 * Each module is in one of them, so its state and its classes exist once.
 *
 * esbuild splits ES modules alone, into a file for every set of users; reading a file costs a millisecond. So what it
 * has split is bundled a second time, into these. A file gets what is in another from that one's exports, a namespace
 * for each of esbuild's pieces.
 *
 * Returns what esbuild's metafile would have of the files: the modules in each, by its path in OUTDIR.
 */
export async function buildProgram({ name, entryPoint, outdir, ...given }) {
  // A third of the bytes, and a millisecond of compiling. A stack in a report still has line and column.
  const options = { ...given, minify: true };
  const split = await build({
    ...options,
    bundle: true,
    splitting: true,
    format: 'esm',
    metafile: true,
    write: false,
    entryPoints: { [name]: entryPoint },
    outdir: '/',
    // The URL is for createRequire alone, which takes a path as well.
    define: { 'import.meta.url': '__filename', 'import.meta.dirname': '__dirname' },
  });
  const pieces = piecesOf(split, entryPoint, `${name}.cjs`);
  const files = filesOf(pieces);
  rmSync(join(outdir, 'chunks'), { recursive: true, force: true });
  const outputs = {};
  for (const file of new Set(files.values()))
    outputs[file] = { inputs: await buildFile(file, { pieces, files, outdir, options }) };
  return { outputs };
}

/**
 * What esbuild has split, by path: its text, its modules, the pieces that it imports, and the file that `begins` with
 * it, when it is the program itself or something that is imported when it is used.
 */
function piecesOf({ metafile, outputFiles }, program, main) {
  const lazy = new Map(
    Object.values(metafile.inputs)
      .flatMap(({ imports }) => imports)
      .filter(({ kind, external }) => kind === 'dynamic-import' && !external)
      .map(({ path, original }) => [
        path,
        `chunks/${basename(original).replace(/\.[jt]s$/, '')}.cjs`,
      ]),
  );
  const texts = new Map(outputFiles.map(({ path, text }) => [path, text]));
  const outputs = Object.entries(metafile.outputs).map(([path, output]) => [resolve(path), output]);
  return new Map(
    outputs.map(([path, { entryPoint, exports, imports, inputs }], index) => [
      path,
      {
        text: texts.get(path),
        inputs,
        imports: imports.filter(({ external }) => !external).map((one) => resolve(one.path)),
        exports,
        begins: entryPoint === program ? main : lazy.get(entryPoint),
        // A property of the exports of its file.
        namespace: `p${index}`,
      },
    ]),
  );
}

/** The file that each piece goes to; none when nothing that is left of the program imports it. */
function filesOf(pieces) {
  const files = new Map();
  const [[program, { begins: main }]] = [...pieces].filter(([, { begins }]) => isMain(begins));
  // The program itself first: what that needs is there already when the others are read.
  const starts = new Set([program]);
  for (const start of starts) {
    const { begins } = pieces.get(start);
    if ([...files.values()].includes(begins)) throw new Error(`two files are named ${begins}`);
    const reached = new Set([start]);
    for (const path of reached) {
      if (files.get(path) !== main) files.set(path, files.has(path) ? 'chunks/shared.cjs' : begins);
      for (const imported of pieces.get(path).imports)
        (pieces.get(imported).begins === undefined ? reached : starts).add(imported);
    }
  }
  return files;
}

function isMain(file) {
  return file !== undefined && !file.includes('/');
}

/** Returns the modules that are in it, as a metafile has them. */
async function buildFile(file, { pieces, files, outdir, options }) {
  const outfile = join(outdir, file);
  const exported = [...pieces].filter(([path]) => files.get(path) === file).flatMap(exportOf);
  const { metafile, outputFiles } = await build({
    ...options,
    bundle: true,
    format: 'cjs',
    metafile: true,
    write: false,
    stdin: { contents: exported.join('\n'), resolveDir: '/' },
    outfile,
    plugins: [fromPieces(file, pieces, files)],
    // Of what another file has: that is read before.
    logOverride: { 'ignored-bare-import': 'silent' },
  });
  mkdirSync(dirname(outfile), { recursive: true });
  writeFileSync(outfile, outputFiles[0].contents);
  const [{ inputs }] = Object.values(metafile.outputs);
  return Object.assign({}, ...Object.keys(inputs).map((input) => inputsOf(input, pieces)));

  function exportOf([path, { begins, exports, namespace }]) {
    if (begins !== undefined)
      return `export { ${exports.join(', ')} } from ${JSON.stringify(path)};`;
    const isUsedOutside = [...files].some(
      ([user, other]) => other !== file && pieces.get(user).imports.includes(path),
    );
    return isUsedOutside ? `export * as ${namespace} from ${JSON.stringify(path)};` : [];
  }
}

function inputsOf(input, pieces) {
  return pieces.get(input.replace(/^piece:/, ''))?.inputs;
}

/** A piece of this file is bundled, one of another is required from there. */
function fromPieces(file, pieces, files) {
  const required = (path, member = '') => ({
    path: `require(${JSON.stringify(path)})${member}`,
    namespace: 'required',
    sideEffects: false,
  });
  const relative = (other) => {
    const path = file.startsWith('chunks/') ? `../${other}` : `./${other}`;
    return path.replace('../chunks/', './');
  };
  return {
    name: 'from-pieces',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /./ }, ({ kind, path, importer, namespace, resolveDir }) => {
        if (namespace === 'required') return { path, external: true };
        const isLazy = kind === 'dynamic-import';
        // A true `import()` would start Node's loader of ES modules, for which nothing else has a use: 2 ms.
        if (path.startsWith('node:') && isLazy) return required(path);
        const at = resolve(namespace === 'piece' ? dirname(importer) : resolveDir, path);
        const piece = pieces.get(at);
        if (piece === undefined) return undefined;
        const owner = files.get(at);
        if (owner === file) return { path: at, namespace: 'piece' };
        return required(relative(owner), piece.begins === undefined ? `.${piece.namespace}` : '');
      });
      onLoad({ filter: /./, namespace: 'piece' }, ({ path }) => ({
        contents: pieces.get(path).text,
        resolveDir: dirname(path),
      }));
      onLoad({ filter: /./, namespace: 'required' }, ({ path }) => ({
        contents: `module.exports = ${path};`,
      }));
    },
  };
}
