import { expect, it } from 'vitest';
import { image } from '../harness/image.ts';
import { nodes } from '../harness/nodes.ts';

const typescript = nodes.filter(([major]) => Number(major) >= 22);
const config = `
import { greeting } from './greeting.ts';
interface Phases { 'exec-app': { command: string[] } }
const phases: Phases = { 'exec-app': { command: ['echo', greeting] } };
export default { phases };
`;

it.each(
  typescript.flatMap(([major, node]) =>
    [{ type: 'commonjs' }, {}, { type: 'module' }].map(
      (manifest) => [major, manifest, node] as const,
    ),
  ),
)(
  'on Node %s a .ts config is a module in a package of %j, without a warning',
  async (_, manifest, node) => {
    using app = image({
      'package.json': manifest,
      'twenty-init.config.ts': config,
      'greeting.ts': "export const greeting: string = 'app';\n",
    });
    await using container = await app.boot({ node });
    expect(await container.exited, container.stderr()).toBe(0);
    expect(container.stdout()).toBe('app\n');
    expect(container.stderr()).not.toMatch(/warning/i);
  },
);

it.each(typescript)('on Node %s one that is CommonJS stays that', async (_, node) => {
  using app = image({
    'package.json': { type: 'commonjs' },
    'twenty-init.config.ts': `
      const command: string[] = ['echo', require('node:path').basename('/an/app')];
      module.exports = { phases: { 'exec-app': { command } } };
    `,
  });
  await using container = await app.boot({ node });
  expect(await container.exited, container.stderr()).toBe(0);
  expect(container.stdout()).toBe('app\n');
});
