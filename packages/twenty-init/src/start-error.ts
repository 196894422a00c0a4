import { exitCodes } from './exit-codes.ts';

/** Why nothing was started. */
export type StartErrorCode = 'USAGE' | 'CONFIG' | 'OUTPUT';

const verdicts: Readonly<Record<StartErrorCode, number>> = {
  USAGE: exitCodes.usage,
  CONFIG: exitCodes.config,
  OUTPUT: exitCodes.cannotCreate,
};

/** Bad usage, a bad config or a file that cannot be written; the message is for the person who wrote it, so it is shown without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly code: StartErrorCode;

  constructor(code: StartErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get exitCode(): number {
    return verdicts[this.code];
  }
}
