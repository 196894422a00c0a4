/** Exit codes of sysexits.h, as twenty-init has them. */
const exitCodes = { USAGE: 64, OUTPUT: 73 } as const;

/** Why nothing was written; for the person who asked for it. */
export class CreateError extends Error {
  override readonly name = 'CreateError';
  readonly exitCode: number;

  constructor(code: keyof typeof exitCodes, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCodes[code];
  }
}
