export const help = `twenty-init: boots a container in phases, then becomes its app

Usage
  twenty-init [run] [--config FILE] [--] [CMD...]

  Runs the phases of twenty-init.config.{ts,mts,mjs,js,json,yaml,yml} in order. When all
  have succeeded it replaces itself by exec-app. A CMD that starts with exec-app's command
  takes its place; any other CMD is run as it is, without the phases.

Options
  -c, --config FILE   default: TWENTY_INIT_CONFIG, twenty-init.config.* in this directory,
                      then in /etc/twenty-init
  -h, --help
  -V, --version

In a Dockerfile
  ENTRYPOINT ["pid1", "--", "twenty-init", "run", "--"]

Exit codes
  64 wrong usage   78 bad config, nothing was started   124 a phase timed out
  126, 127 a command cannot be run, or is not there      128+n ended by signal n
  Any other is that of the phase that failed, or of the app.
`;
