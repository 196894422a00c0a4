import { formatDuration } from '../config/format-duration.ts';
import type { Log } from '../log/log.ts';
import type { Mask } from '../log/mask.ts';
import { isStructure } from '../log/masked-fields.ts';
import type { Step } from '../plan/phase.ts';
import { appPhase, type Plan } from '../plan/plan.ts';
import { prepareConfig } from '../plan/prepare.ts';
import type { Learn } from '../plan/secret-sources.ts';
import { refuse } from './refuse.ts';

export interface PlanOptions {
  readonly config: string | undefined;
  readonly format: string;
  readonly learn: Learn;
}

/** Shows what would run, without secrets. */
export async function showPlan(
  { config, format, learn }: PlanOptions,
  print: (text: string) => number,
  log: Log,
  mask: Mask,
): Promise<number> {
  const prepared = await prepareConfig({ config, learn });
  if (prepared.type === 'bad config') return refuse(prepared.file, prepared.problems, log);
  const formats: Readonly<Record<string, Format>> = { tree, mermaid, json };
  return print(`${(formats[format] ?? tree)(prepared.plan, mask)}\n`);
}

/** The mask comes before what a format escapes. */
type Format = (plan: Plan, mask: Mask) => string;

function tree(plan: Plan, mask: Mask): string {
  const { app, phases } = plan;
  const nodes: Node[] = [
    ...phases.filter(({ post }) => !post).map(phaseNode),
    {
      title: `${appPhase}  ${app.shown || "the container's CMD"}`,
      details: [
        `cwd ${app.cwd}`,
        `mode ${plan.mode} (${plan.modeBecause})`,
        ...stopDetail(app),
        `grace period ${formatDuration(app.gracePeriodMs)}`,
      ],
      children: [],
    },
    ...phases.filter(({ post }) => post).map(phaseNode),
  ];
  return mask(
    [
      plan.name ?? 'the boot',
      ...nodes.flatMap((node, index) => drawn(node, index === nodes.length - 1)),
    ].join('\n'),
  );
}

interface Node {
  readonly title: string;
  readonly details: readonly string[];
  readonly children: readonly Node[];
}

function drawn({ title, details, children }: Node, isLast: boolean): string[] {
  const [branch, below] = isLast ? ['└─ ', '   '] : ['├─ ', '│  '];
  const bar = children.length > 0 ? '│  ' : '   ';
  return [
    `${branch}${title}`,
    ...details.map((detail) => `${below}${bar}${detail}`),
    ...children.flatMap((child, index) =>
      drawn(child, index === children.length - 1).map((line) => `${below}${line}`),
    ),
  ];
}

function phaseNode(phase: Plan['phases'][number]): Node {
  const single = phase.steps.find(({ name }) => name === undefined);
  return {
    title: single === undefined ? phase.name : `${phase.name}  ${single.work.shown}`,
    details: [
      `cwd ${phase.cwd}`,
      ...(phase.post ? ['after the app'] : [afterWhat(phase.needs)]),
      ...skippedDetail(phase),
      ...(phase.timeoutMs > 0 ? [`timeout ${formatDuration(phase.timeoutMs)}`] : []),
      ...(phase.onFailure === 'abort' ? [] : [`onFailure ${phase.onFailure}`]),
      ...(phase.onStop === 'defer' ? ['onStop defer'] : []),
      ...(single === undefined ? [] : stepDetail(single)),
    ],
    children: phase.steps
      .filter((step) => step !== single)
      .map((step) => ({
        title: `${step.title}  ${step.work.shown}`,
        details: [`cwd ${step.work.cwd}`, ...skippedDetail(step), ...stepDetail(step)],
        children: [],
      })),
  };
}

function afterWhat(needs: readonly string[]): string {
  return needs.length === 0 ? 'starts at once' : `after ${needs.join(', ')}`;
}

function skippedDetail({ skipped, conditions }: Pick<Step, 'skipped' | 'conditions'>): string[] {
  return [
    ...(skipped === undefined ? [] : [`skipped: ${skipped}`]),
    ...conditions.map(
      ({ key, file, exec }) => `${key} ${[file, exec?.shown].filter(Boolean).join(', ')}`,
    ),
  ];
}

function stepDetail(step: Step): string[] {
  const { retry, idleTimeoutMs, timeoutMs } = step;
  return [
    ...(retry.attempts > 1 ? [`up to ${retry.attempts} attempts`] : []),
    ...(timeoutMs > 0 ? [`timeout ${formatDuration(timeoutMs)}`] : []),
    ...(idleTimeoutMs > 0 ? [`idle timeout ${formatDuration(idleTimeoutMs)}`] : []),
    ...stopDetail(step),
  ];
}

function stopDetail({ stopSignal }: Pick<Step, 'stopSignal'>): string[] {
  return stopSignal === 'SIGTERM' ? [] : [`stopSignal ${stopSignal}`];
}

function mermaid({ phases, app }: Plan, mask: Mask): string {
  const before = phases.filter(({ post }) => !post);
  const after = phases.filter(({ post }) => post);
  const id = (name: string): string => `n_${name.replace(/\W/g, '_')}`;
  const label = (title: string, lines: readonly string[]): string =>
    `["${[title, ...lines.map((line) => escaped(mask(line)))].join('<br/>')}"]`;
  const needed = new Set(before.flatMap(({ needs }) => needs));
  const arrows = [
    ...before.flatMap(({ name, needs }) => needs.map((need) => [need, name])),
    ...before.filter(({ name }) => !needed.has(name)).map(({ name }) => [name, appPhase]),
    ...after.map(({ name }, index) => [after[index - 1]?.name ?? appPhase, name]),
  ];
  return [
    'flowchart TD',
    ...phases.map(
      ({ name, steps, skipped }) =>
        `  ${id(name)}${label(name, skipped === undefined ? steps.map(({ work }) => work.shown) : [`skipped: ${skipped}`])}`,
    ),
    `  ${id(appPhase)}${label(appPhase, [app.shown || "the container's CMD"])}`,
    ...arrows.map(([from = '', to = '']) => `  ${id(from)} --> ${id(to)}`),
  ].join('\n');
}

/** A label is HTML. */
function escaped(text: string): string {
  return text.replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;');
}

function json({ name, mode, modeBecause, phases, app }: Plan, mask: Mask): string {
  return JSON.stringify(
    {
      name,
      mode,
      modeBecause,
      phases: phases.map((phase) => ({
        name: phase.name,
        post: phase.post,
        needs: phase.needs,
        cwd: phase.cwd,
        skipped: phase.skipped,
        onFailure: phase.onFailure,
        onStop: phase.onStop,
        timeoutMs: phase.timeoutMs,
        steps: phase.steps.map((step) => ({
          title: step.title,
          command: step.work.shown,
          cwd: step.work.cwd,
          skipped: step.skipped,
          attempts: step.retry.attempts,
          timeoutMs: step.timeoutMs,
          idleTimeoutMs: step.idleTimeoutMs,
          stopSignal: step.stopSignal,
        })),
      })),
      app: {
        command: app.shown,
        cwd: app.cwd,
        stopSignal: app.stopSignal,
        gracePeriodMs: app.gracePeriodMs,
      },
    },
    (key, value: unknown) => (typeof value === 'string' && !isStructure(key) ? mask(value) : value),
    2,
  );
}
