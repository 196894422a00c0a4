import { createServer } from 'node:http';

const server = createServer((_, response) => response.end('hello\n'));
server.listen(Number(process.env.PORT ?? 3000), () => console.log('listening'));
process.once('SIGTERM', () => server.close());
