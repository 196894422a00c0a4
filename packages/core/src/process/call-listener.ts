/**
 * Calls what the caller of this package has passed. What it throws is an uncaught exception, as in an event listener, and
 * disturbs nothing here.
 */
export function callListener<Event>(
  listener: ((event: Event) => void) | undefined,
  event: Event,
): void {
  try {
    listener?.(event);
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}
