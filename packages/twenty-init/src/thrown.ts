/** What went wrong in words, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : inText(error);
}

/** The same with the place where it was thrown. */
export function stackOf(error: unknown): string {
  return (error instanceof Error && error.stack) || inText(error);
}

/** An object without a prototype has no text of its own. */
function inText(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return Object.prototype.toString.call(thrown);
  }
}
