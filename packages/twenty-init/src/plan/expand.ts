import type { Problem } from '../config/problem.ts';

/** The environment that `${VAR}` is read from, and what was wrong on the way. */
export interface Expansion {
  /** The text with its variables in place; a problem is noted when one is not set. */
  expand(text: string, where: string): string;
  readonly problems: readonly Problem[];
}

/**
 * `${VAR}` is the variable, `${VAR:-text}` the text when it is unset or empty, `$$` a dollar; any other dollar stays.
 * A text is expanded once: what a variable holds is taken as it is.
 */
export function expansion(env: NodeJS.ProcessEnv): Expansion {
  const problems: Problem[] = [];
  return {
    problems,
    expand: (text, where) =>
      text.replace(
        /\$\$|\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}|\$\{[^}]*\}?/g,
        (found: string, name: string | undefined, fallback: string | undefined) => {
          if (found === '$$') return '$';
          if (name === undefined) {
            problems.push({
              kind: 'text',
              where,
              what: `"${found}" is not a variable: write \${NAME} or \${NAME:-text}, and $$ for a dollar`,
            });
            return found;
          }
          // Not what every object has, such as toString.
          const value = Object.hasOwn(env, name) ? env[name] : undefined;
          if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
          if (value === undefined)
            problems.push({
              kind: 'unset',
              variable: name,
              where,
              what: `\${${name}} is not set; \${${name}:-} would allow that`,
            });
          return value ?? '';
        },
      ),
  };
}
