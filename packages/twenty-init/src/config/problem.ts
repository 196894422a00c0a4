/** One thing that is wrong before anything was started. */
export type Problem = Finding & (OfText | OfVariable);

/** For a person. */
export interface Finding {
  /** The path of the key in the config file, such as `phases.migrate.cwd`, or the name of a variable. */
  readonly where: string;
  /** What is wrong and what to do. */
  readonly what: string;
}

/**
 * - `shape`: a value that cannot stand there
 * - `rule`: parts that are right by themselves and wrong together, such as a name that no phase has
 * - `mode`: a mode that cannot do what the config says
 * - `text`: what is wrong with a text when its variables are filled in
 * - `container`: what this container does not have, such as a directory or a program
 * - `function`: what JSON cannot hold
 */
interface OfText {
  readonly kind: 'shape' | 'rule' | 'mode' | 'text' | 'container' | 'function';
}

/**
 * - `variable`: the environment does not have it as `env` of the config asks for it
 * - `unset`: a text of the config names it, and it is not set
 */
interface OfVariable {
  readonly kind: 'variable' | 'unset';
  readonly variable: string;
}
