console.log('register: done');
