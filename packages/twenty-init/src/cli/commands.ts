/** What the command line knows: parsing and help come from this one table. */
export interface CommandSpec {
  readonly summary: string;
  readonly usage: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly (readonly [command: string, meaning: string])[];
}

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** What its value is called in the help. */
  readonly value?: string;
  /** The only ones that it takes. */
  readonly choices?: readonly string[];
  readonly about: string;
}

export type CommandName = 'run' | 'run-phases' | 'check' | 'plan' | 'compile' | 'install';

const config: OptionSpec = {
  type: 'string',
  short: 'c',
  value: 'FILE',
  about:
    'default: TWENTY_INIT_CONFIG, /etc/twenty-init/twenty-init.config.json, then twenty-init.config.* here or there',
};

export const commands: Readonly<Record<CommandName, CommandSpec>> = {
  run: {
    summary: 'run the phases, then the app (the default)',
    usage: 'twenty-init [run] [--config FILE] [--] [CMD...]',
    options: { config },
    examples: [
      ['ENTRYPOINT ["pid1", "--", "twenty-init", "run", "--"]', 'in a Dockerfile'],
      ['docker run IMAGE bash', 'a CMD that is not the app runs without the phases'],
      ['TWENTY_INIT_SKIP=migrate twenty-init run', 'without that phase; * is every phase'],
    ],
  },
  'run-phases': {
    summary: 'run the phases and not the app: release commands, Jobs, CI',
    usage: 'twenty-init run-phases [--only A,B] [--skip C]',
    options: {
      config,
      only: { type: 'string', value: 'A,B', about: 'these phases and no other' },
      skip: { type: 'string', value: 'A,B', about: 'without these phases' },
    },
    examples: [['twenty-init run-phases --only migrate', 'a release command']],
  },
  check: {
    summary: 'look for everything that would make a boot fail, and start nothing',
    usage: 'twenty-init check [--static]',
    options: {
      config,
      static: { type: 'boolean', about: 'only what the file says: no variables, cwd or commands' },
    },
    examples: [['RUN twenty-init check --static', 'in a Dockerfile']],
  },
  plan: {
    summary: 'show what would run, in which order',
    usage: 'twenty-init plan [--format tree|mermaid|json]',
    options: {
      config,
      format: {
        type: 'string',
        value: 'FORMAT',
        choices: ['tree', 'mermaid', 'json'],
        about: 'default: tree',
      },
    },
    examples: [['twenty-init plan --format mermaid', 'a diagram for a README']],
  },
  compile: {
    summary: 'freeze a config to JSON, so that no code runs when the container starts',
    usage: 'twenty-init compile [--output FILE]',
    options: {
      config,
      output: { type: 'string', short: 'o', value: 'FILE', about: 'default: stdout' },
    },
    examples: [
      ['RUN twenty-init compile -o /etc/twenty-init/twenty-init.config.json', 'in a Dockerfile'],
    ],
  },
  install: {
    summary:
      'put pid1 and healthcheck into a directory of the image, and compile twenty-init for this Node',
    usage: 'twenty-init install [DIR] [--arch amd64|arm64|x64]',
    options: {
      arch: {
        type: 'string',
        value: 'ARCH',
        choices: ['amd64', 'arm64', 'x64'],
        about: 'default: that of this machine',
      },
    },
    examples: [
      ['RUN twenty-init install', 'in a Dockerfile: /sbin/pid1, /sbin/healthcheck'],
      ['RUN twenty-init install /out --arch $TARGETARCH', 'in a stage of a multi-platform build'],
    ],
  },
};

export const commandNames: readonly CommandName[] = Object.keys(commands) as CommandName[];
