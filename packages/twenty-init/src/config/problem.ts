/** One thing that is wrong before anything was started. */
export interface Problem {
  /** The path of the key in the config file, such as `phases.migrate.cwd`, or the name of a variable. */
  readonly where: string;
  /** What is wrong and what to do. */
  readonly what: string;
}
