/** Our own verdicts; a phase's or the app's code is passed on as it is. 64 to 78 are those of sysexits.h. */
export const exitCodes = {
  usage: 64,
  /** A condition could not be checked. */
  unavailable: 69,
  internal: 70,
  /** A file that was asked for cannot be written. */
  cannotCreate: 73,
  config: 78,
  timeout: 124,
  /** Something had to be killed with SIGKILL at the end of the grace period. */
  killed: 137,
} as const;
