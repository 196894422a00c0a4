import { writeSync } from 'node:fs';

const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
const paint = (code: number, text: string): string =>
  colour ? `\x1b[${code}m${text}\x1b[0m` : text;

/** What the demo says. A claim that does not hold is shown as such, and remembered. */
export interface Screen {
  heading(text: string): void;
  say(text: string): void;
  /** Output of the program that is shown, as it comes. */
  quote(text: string): void;
  claim(text: string, holds: boolean): void;
  table(rows: readonly (readonly string[])[]): void;
  /** The claims that did not hold. */
  failures(): readonly string[];
}

export function screen(): Screen {
  const failures: string[] = [];
  const margin = paint(2, '  │ ');
  let atLineStart = true;
  const print = (text: string): void => {
    if (!atLineStart) writeSync(1, '\n');
    atLineStart = true;
    writeSync(1, `${text}\n`);
  };
  return {
    heading: (text) => print(`\n${paint(1, text)}`),
    say: print,
    quote: (text) => {
      const lines = text.split('\n');
      const last = lines.pop() ?? '';
      for (const line of lines) {
        writeSync(1, `${atLineStart ? margin : ''}${line}\n`);
        atLineStart = true;
      }
      if (last === '') return;
      writeSync(1, `${atLineStart ? margin : ''}${last}`);
      atLineStart = false;
    },
    claim: (text, holds) => {
      if (!holds) failures.push(text);
      print(`  ${holds ? paint(32, '✔') : paint(31, '✘ DOES NOT HOLD:')} ${text}`);
    },
    table: (rows) => {
      const widths = (rows[0] ?? []).map((_, column) =>
        Math.max(...rows.map((row) => row[column]?.length ?? 0)),
      );
      for (const row of rows)
        print(
          `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ')}`.trimEnd(),
        );
    },
    failures: () => failures,
  };
}
