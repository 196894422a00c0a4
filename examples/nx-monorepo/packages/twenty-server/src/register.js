import { EventEmitter, once } from 'node:events';
import { run } from 'graphile-worker';
import pg from 'pg';
import { crontab, taskList } from './jobs.js';

// Registers the recurring jobs in Postgres and ends: a worker's cron writes them down before it says `cron:started`.
const pool = new pg.Pool({ connectionString: process.env.PG_DATABASE_URL });
const events = new EventEmitter();
const started = once(events, 'cron:started');
const runner = await run({ pgPool: pool, crontab, taskList, events, noHandleSignals: true });
await started;
await runner.stop();

const { rows } = await pool.query(
  'SELECT identifier FROM graphile_worker._private_known_crontabs ORDER BY identifier',
);
console.log(`registered ${rows.length} jobs: ${rows.map((row) => row.identifier).join(', ')}`);
await pool.end();
