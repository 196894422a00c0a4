export type PhaseStatus =
  | 'pending'
  | 'running'
  | 'succeeded'
  | 'warned'
  | 'skipped'
  | 'failed'
  | 'timed_out'
  | 'canceled';
