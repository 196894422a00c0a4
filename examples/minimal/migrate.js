console.log('migrate: done');
