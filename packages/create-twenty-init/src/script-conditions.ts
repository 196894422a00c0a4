import type { Block } from './blocks.ts';

/** When something of a script runs; as the keys of a phase. */
export interface Scope {
  readonly onlyIf?: Readonly<Record<string, string>>;
  readonly skipIf?: Readonly<Record<string, string>>;
}

export interface Condition {
  readonly key: 'onlyIf' | 'skipIf';
  /** One variable, and its value. */
  readonly env: Readonly<Record<string, string>>;
}

/** `[ "$NAME" = "value" ]` and its relatives; undefined is everything that a config has no word for. */
export function readCondition(text: string): Condition | undefined {
  const match =
    /^(?:\[\[?|test) +"?\$\{?([A-Za-z_]\w*)(?::?-([^}]*))?\}?"? +(=|==|!=) +(?:"([^"$`]+)"|'([^']+)'|([^\s"'$`\]]+))(?: +\]\]?)?$/.exec(
      text,
    );
  if (match === null) return undefined;
  const [, name = '', whenUnset, operator, ...values] = match;
  const value = values.find((candidate) => candidate !== undefined) ?? '';
  // What counts as that value when it is not set is more than an equality.
  if (whenUnset === value || /[$*?]/.test(value)) return undefined;
  return { key: operator === '!=' ? 'skipIf' : 'onlyIf', env: { [name]: value } };
}

export function negated({ key, env }: Condition): Condition {
  return { key: key === 'onlyIf' ? 'skipIf' : 'onlyIf', env };
}

/** Both; undefined when one phase cannot have both. */
export function meets(scope: Scope, { key, env }: Condition): Scope | undefined {
  const before = scope[key];
  if (before === undefined) return { ...scope, [key]: env };
  // All of an onlyIf has to hold; all of a skipIf too, and here it would have to be either.
  const isSame = Object.keys(env).some((name) => Object.hasOwn(before, name));
  return key === 'skipIf' || isSame ? undefined : { ...scope, onlyIf: { ...before, ...env } };
}

/** An `echo` that only says something. */
export function isMessage({ type, lines: [line = ''] }: Block): boolean {
  const bare = line.replace(/'[^']*'|"[^"]*"/g, '');
  return type === 'command' && /^(echo|printf)\b/.test(line) && !/>(?!&)|[|&](?!\d)/.test(bare);
}
