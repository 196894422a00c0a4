// A Fastify server as it may have been in its image for years. The import and the call of it are what is new.
import Fastify from 'fastify';
import { superviseBeside } from './supervise.js';

const app = Fastify({ logger: true, forceCloseConnections: 'idle' });

app.get('/', () => ({ hello: 'world' }));
app.get('/report', async () => {
  app.log.info('report begun');
  await new Promise((resolve) => setTimeout(resolve, Number(process.env.REPORT_MS ?? 1000)));
  return { report: 'done' };
});

await app.listen({ host: process.env.HOST ?? '0.0.0.0', port: Number(process.env.PORT ?? 3000) });
await superviseBeside(app);
