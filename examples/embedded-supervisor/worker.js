// The worker beside the server. It finishes its job at SIGTERM, and reads its settings anew at SIGHUP.
import { spawn } from 'node:child_process';

const say = (text) => console.log(`worker ${process.pid}: ${text}`);
const heartbeat = setInterval(() => {}, 1000);

process.on('SIGHUP', () => {
  say('settings read');
  // A script that leaves a process behind. Whoever is PID 1 gets it, and has to reap it.
  spawn('sh', ['-c', 'sleep 0.1 & exit 0'], { stdio: 'ignore' });
});
process.on('SIGTERM', () => {
  say('job finished');
  clearInterval(heartbeat);
});
say('ready');
