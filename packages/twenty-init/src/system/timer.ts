/** What setTimeout takes, in ms: 24.8 days. A longer one fires at once. */
const longest = 2 ** 31 - 1;

/** Calls back once after any number of ms; the result takes that back. */
export function after(ms: number, callback: () => void): () => void {
  const next = (left: number): NodeJS.Timeout =>
    setTimeout(
      () => {
        if (left <= longest) callback();
        else timer = next(left - longest);
      },
      Math.min(left, longest),
    );
  let timer = next(ms);
  return () => clearTimeout(timer);
}
