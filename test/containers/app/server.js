import { createServer } from 'node:http';

const server = createServer((_, response) => response.end('ok\n'));
server.listen(3000, '127.0.0.1', () => {
  console.log(`server: listening in ${process.cwd()} as uid ${process.getuid()}`);
});
process.on('SIGTERM', () => {
  console.log('server: shutting down');
  setTimeout(() => {
    console.log('server: shut down');
    process.exit(0);
  }, 500);
});
