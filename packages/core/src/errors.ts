import { getSystemErrorName } from 'node:util';

/** What went wrong, as a closed set; {@link CoreError.exitCode} follows from it. */
export type CoreErrorCode =
  | 'COMMAND_NOT_FOUND'
  | 'COMMAND_NOT_EXECUTABLE'
  | 'CWD_MISSING'
  | 'CWD_NOT_USABLE'
  | 'SPAWN_FAILED'
  | 'SYSCALL_FAILED'
  | 'SIGNAL_FAILED'
  | 'STILL_RUNNING'
  | 'NOT_MAIN_THREAD'
  | 'PROC_UNUSABLE'
  | 'NOT_READY'
  | 'CANCELED'
  | 'UNSUPPORTED_PLATFORM'
  | 'NATIVE_MISSING';

/** Exit codes as a shell and the coreutils use them; 78 is `EX_CONFIG` of sysexits.h. */
const exitCodes: Record<CoreErrorCode, number> = {
  COMMAND_NOT_FOUND: 127,
  COMMAND_NOT_EXECUTABLE: 126,
  CWD_MISSING: 78,
  CWD_NOT_USABLE: 78,
  SPAWN_FAILED: 126,
  SYSCALL_FAILED: 125,
  SIGNAL_FAILED: 125,
  STILL_RUNNING: 125,
  NOT_MAIN_THREAD: 125,
  PROC_UNUSABLE: 125,
  NOT_READY: 1,
  CANCELED: 125,
  UNSUPPORTED_PLATFORM: 125,
  NATIVE_MISSING: 125,
};

/** The same in each copy of this package. */
const brand = Symbol.for('@twenty-init/core CoreError');

/** What goes wrong at run time. The message says what, where and what to do. */
export class CoreError extends Error {
  override readonly name = 'CoreError';
  readonly code: CoreErrorCode;

  static {
    Object.defineProperty(CoreError, Symbol.hasInstance, { value: isInstance });
  }

  constructor(code: CoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    Object.defineProperty(this, brand, { value: true });
  }

  /** The exit code for a program that ends because of this error. */
  get exitCode(): number {
    return exitCodes[this.code];
  }
}

/**
 * A call that can never be right: an option that does not exist, or a value that is none. Thrown before anything is done;
 * `option` is its name, and the message says what was expected.
 */
export class OptionError extends RangeError {
  override readonly name = 'OptionError';
  readonly code = 'INVALID_OPTION';
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

/** A bundle has a copy of the class, and what it throws is one all the same. */
function isInstance(this: unknown, value: unknown): boolean {
  const isOne = value instanceof Error && brand in value;
  return isOne && (this === CoreError || Function.prototype[Symbol.hasInstance].call(this, value));
}

/** The name of -errno. libuv has none for ENOEXEC, which is what exec gives for a file of no known format. */
export function errnoName(number: number): string {
  return number === -8 ? 'ENOEXEC' : getSystemErrorName(number);
}
