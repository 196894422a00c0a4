// Is bundled. Tells what each of these says where the bundle lies.
import { createReaper, fanOut, spawnChild } from '@twenty-init/core';

const said = async (call) => {
  try {
    return await call();
  } catch ({ name, code, message }) {
    return `${name} ${code}: ${message}`;
  }
};
Promise.all([
  said(() => fanOut([]).close() ?? 'closed'),
  said(() => createReaper().close() ?? 'closed'),
  said(async () => (await (await spawnChild('sh', ['-c', 'exit 3'])).exited).exitCode),
]).then((all) => console.log(JSON.stringify(all)));
