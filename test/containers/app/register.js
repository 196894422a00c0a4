console.log(`registering in ${process.cwd()}`);
