import type { Config } from './config.ts';
import type { FilledConfig } from './filled-config.ts';
import { configShape } from './schema.ts';
import { hasTypeOf, type Shape } from './shape.ts';

/** A copy of a valid config with the default of every key that it does not have. */
export function withDefaults(config: Config): FilledConfig {
  return filled(configShape, config) as FilledConfig;
}

function filled(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'object':
      return filledObject(shape, value as Readonly<Record<string, unknown>>);
    case 'map':
      return Object.fromEntries(
        Object.entries(value as object).map(([key, item]) => [key, filled(shape.of, item)]),
      );
    case 'list':
      return (value as readonly unknown[]).map((item) => filled(shape.of, item));
    case 'either': {
      const { shapes, shortFor } = shape;
      const fitting = shapes.find((candidate) => hasTypeOf(candidate, value));
      if (fitting === undefined) return value;
      return shortFor === undefined || fitting.kind === 'object'
        ? filled(fitting, value)
        : filled(shortFor.shape, { [shortFor.key]: value });
    }
    default:
      return value;
  }
}

/** What is written keeps its order, which is the order of the phases. */
function filledObject(
  { keys, rest }: Shape & { kind: 'object' },
  value: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const result: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    const shape = Object.hasOwn(keys, key) ? keys[key]?.shape : rest;
    result.push([key, shape === undefined ? item : filled(shape, item)]);
  }
  for (const [key, { shape, default: standard }] of Object.entries(keys))
    if (standard !== undefined && !Object.hasOwn(value, key))
      result.push([key, filled(shape, standard)]);
  return Object.fromEntries(result);
}
