/** Arming one again replaces it. */
export type Timer = PhaseTimer | AppTimer | { readonly type: 'shutdown' };

/** Of a phase, of the step that it is in, or until the next attempt at that one. */
export interface PhaseTimer {
  readonly type: 'phase' | 'step' | 'retry';
  readonly phase: string;
}

/** `start` is until it has to be ready. */
export interface AppTimer {
  readonly type: 'start' | 'probe' | 'restart';
}

/** The same for the same timer, and for no other one. */
export function timerKey(timer: Timer): string {
  return 'phase' in timer ? `${timer.type} ${timer.phase}` : timer.type;
}
