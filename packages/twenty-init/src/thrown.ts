/** What went wrong in words, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The same with the place where it was thrown. */
export function stackOf(error: unknown): string {
  return (error instanceof Error && error.stack) || String(error);
}
