import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { type Image, image, twentyInit } from '../harness/image.ts';
import { nodes } from '../harness/nodes.ts';
import { isConfig, type Snippet, snippets } from './snippets.ts';

const configs = snippets.filter(isConfig).map((snippet) => [snippet.title, snippet] as const);
const withTypes = nodes.filter(([major]) => Number(major) >= 22);

/** A project in which `npm install twenty-init` was run, with that config. */
function project({ language, text }: Snippet, files: Parameters<typeof image>[0] = {}): Image {
  const imported = text.includes("from 'twenty-init'")
    ? text
    : `import { defineConfig } from 'twenty-init';\n${text}`;
  const name = `twenty-init.config.${language === 'ts' ? 'ts' : 'mjs'}`;
  const folder = image({ [name]: imported, ...files });
  mkdirSync(folder.path('node_modules'));
  symlinkSync(dirname(dirname(twentyInit)), folder.path('node_modules/twenty-init'));
  return folder;
}

it.each(configs.filter(([, { language }]) => language !== 'ts'))(
  'the config of %s has no problem',
  (_, snippet) => {
    using folder = project(snippet);
    const { code, stderr } = folder.command(['check', '--static']);
    expect(code, stderr).toBe(0);
  },
);

// As `npm init -y` writes it.
const manifest = { name: 'app', version: '1.0.0', main: 'index.js', type: 'commonjs' };

it.each(withTypes)(
  'the first config of README.md boots a project of npm init -y, on Node %s',
  async (_, node) => {
    const snippet = snippets.find(
      (candidate) => candidate.page === 'README.md' && isConfig(candidate),
    );
    if (snippet === undefined) throw new Error('README.md shows no config');
    using folder = project(snippet, {
      'package.json': { ...manifest, scripts: { start: 'node server.js' } },
      'packages/server/migrate.js': "console.log('migrated in', process.cwd());\n",
      'packages/server/register.js': "console.log('registered in', process.cwd());\n",
      'server.js': "console.log('serving in', process.cwd());\n",
    });
    // The config says where an image has the app.
    const file = folder.path('twenty-init.config.ts');
    writeFileSync(file, snippet.text.replace("cwd: '/app'", `cwd: '${folder.root}'`));
    const env = { ...process.env, PG_DATABASE_URL: 'postgres://localhost/app' };
    await using container = await folder.boot({ node, env });
    expect(await container.exited, container.stderr()).toBe(0);
    expect(container.stdout()).toMatch(
      /migrated in .*\/packages\/server\nregistered in .*\/packages\/server\n[\s\S]*serving in /,
    );
  },
);
