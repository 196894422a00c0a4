import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from 'graphile-worker';
import pg from 'pg';
import { crontab, taskList } from './jobs.js';

const port = Number(process.env.PORT ?? 3000);
const pool = new pg.Pool({ connectionString: process.env.PG_DATABASE_URL });

const routes = {
  '/healthz': async () => {
    await pool.query('SELECT 1');
    return { status: 'ok' };
  },
  '/': async () => ({
    workspaces: await column('SELECT name FROM workspace ORDER BY name'),
    migrations: await column('SELECT name FROM pgmigrations ORDER BY id'),
    jobs: await column(
      'SELECT identifier AS name FROM graphile_worker._private_known_crontabs ORDER BY identifier',
    ),
  }),
};

const server = createServer(async (request, response) => {
  const route = routes[request.url];
  try {
    if (route === undefined) send(response, 404, { error: 'not found' });
    else send(response, 200, await route());
  } catch (error) {
    send(response, 503, { error: error.message });
  }
});

const worker = await run({ pgPool: pool, crontab, taskList, noHandleSignals: true });
server.listen(port, '127.0.0.1');
await once(server, 'listening');
console.log(`twenty-server: listening on ${port}`);

// `on` and not `once`: Nx and the init may both pass the signal on, and a second one must not end the shutdown.
let stopping = false;
process.on('SIGTERM', async () => {
  if (stopping) return;
  stopping = true;
  console.log('twenty-server: SIGTERM, finishing what is under way');
  server.close();
  await Promise.all([worker.stop(), delay(1000)]);
  await pool.end();
  console.log('twenty-server: shut down in order');
  process.exit(0);
});

async function column(query) {
  const { rows } = await pool.query(query);
  return rows.map((row) => row.name);
}

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}
