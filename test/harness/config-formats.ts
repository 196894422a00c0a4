/** The same config in each format, by the name of its file. */
export const configFormats = [
  [
    'twenty-init.config.mjs',
    "export default { phases: { 'exec-app': { command: ['echo', 'app'] } } };",
  ],
  [
    'twenty-init.config.ts',
    "const command: string[] = ['echo', 'app'];\nexport default { phases: { 'exec-app': { command } } };",
  ],
  ['twenty-init.config.yaml', 'phases:\n  exec-app:\n    command: [echo, app]\n'],
  ['twenty-init.config.json', '{ "phases": { "exec-app": { "command": ["echo", "app"] } } }'],
] as const;
