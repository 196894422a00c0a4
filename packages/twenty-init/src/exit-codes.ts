/** Our own verdicts; a phase's or the app's code is passed on as it is. 64, 70 and 78 are those of sysexits.h. */
export const exitCodes = {
  usage: 64,
  internal: 70,
  config: 78,
  timeout: 124,
} as const;
