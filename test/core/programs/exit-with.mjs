// Prints its arguments, and exits with the first one.
console.log(JSON.stringify(process.argv.slice(2)));
process.exit(Number(process.argv[2]));
