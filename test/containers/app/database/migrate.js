console.log(`migrating in ${process.cwd()}`);
if (process.env.MIGRATION_FAILS !== undefined) {
  console.error('relation "workspace" does not exist');
  process.exit(Number(process.env.MIGRATION_FAILS));
}
