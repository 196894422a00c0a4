export type StopSignal = 'SIGTERM' | 'SIGINT' | 'SIGQUIT' | 'SIGHUP';
/** Means nothing to us and is for the app. */
export type AppSignal = 'SIGUSR1' | 'SIGUSR2' | 'SIGWINCH';
