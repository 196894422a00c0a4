import { CoreError } from '../errors.ts';

/** A failed start as one typed error, whether spawn threw, emitted `error`, or the shim reported an errno. */
export function execError(called: string, cause: unknown): CoreError {
  if (cause instanceof CoreError) return cause;
  const { code: errno, message } = cause as NodeJS.ErrnoException;
  const reason = errno ?? message;
  const hint = errno === undefined ? undefined : hints[errno];
  return new CoreError(
    codeOf(errno),
    `command ${called} could not be started: ${reason}${hint === undefined ? '' : ` (${hint})`}`,
    { cause },
  );
}

const hints: Readonly<Record<string, string>> = {
  E2BIG: 'arguments and environment are too long',
  EAGAIN: 'too many processes',
  EMFILE: 'too many open files',
  ENOEXEC: 'no #! line, or built for another architecture',
};

function codeOf(
  errno: string | undefined,
): 'COMMAND_NOT_FOUND' | 'COMMAND_NOT_EXECUTABLE' | 'SPAWN_FAILED' {
  switch (errno) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'COMMAND_NOT_FOUND';
    case 'EACCES':
    case 'EPERM':
    case 'ENOEXEC':
    case 'E2BIG':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return 'COMMAND_NOT_EXECUTABLE';
    default:
      return 'SPAWN_FAILED';
  }
}
