// Masks texts of several sizes and writes how long that took, in ms: `{ kind: { size: median } }`. Runs from the source,
// by a Node that strips types.

import { maskFor } from '../../../packages/twenty-init/src/log/mask.ts';

const rounds = 9;
const sizes = [16, 64, 256, 1024, 4096].map((kilobytes) => kilobytes * 1024);

const password = 'correct-horse/battery staple';
const lines = 'line one\nline two\nline three';
const mask = maskFor({
  DB_PASSWORD: password,
  PIN_TOKEN: '1234',
  PEM_KEY: lines,
  DB_URL: 'postgres://me:hunter%402@db/app',
});

const kinds = {
  'one letter': 'a',
  words: 'SELECT name, price FROM books WHERE author = 12 ',
  URLs: 'https://me:pw@example.com/path?x=1 ',
  JSON: JSON.stringify({ id: 17, text: 'He said "no"\nand left: 20% off', path: 'C:\\temp' }),
  'percent-encoded': encodeURIComponent('Grüße: 20 % & mehr\n'),
  'a secret': password,
  'a secret, percent-encoded': encodeURIComponent(password),
  'a secret of lines': `${lines}\r\n`,
};

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const timeOf = (text) => {
  const start = performance.now();
  mask(text);
  return performance.now() - start;
};
const measured = Object.entries(kinds).map(([kind, unit]) => [
  kind,
  Object.fromEntries(
    sizes.map((size) => {
      const text = unit.repeat(Math.ceil(size / unit.length)).slice(0, size);
      // One that nothing has been found out about yet.
      return [
        size,
        median(Array.from({ length: rounds }, (_, round) => timeOf(`${text}${round}`))),
      ];
    }),
  ),
]);
process.stdout.write(JSON.stringify(Object.fromEntries(measured)));
