// fan-out-closed.mjs SIGNAL FIRST: two fanOuts for a signal that Node has its own action for, closed in the order of their
// creation or in reverse. Tells whether the action is the same as before.
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { fanOut } from '@twenty-init/core';

const [signal, first] = process.argv.slice(2);
const action = () => {
  const status = readFileSync('/proc/self/status', 'utf8');
  const has = (field) =>
    (BigInt(`0x${new RegExp(`^${field}:\\s*(\\w+)`, 'm').exec(status)[1]}`) >>
      BigInt(constants.signals[signal] - 1)) &
    1n;
  return has('SigIgn') ? 'ignored' : has('SigCgt') ? 'caught' : 'default';
};

const open = () => fanOut([], { signals: { [signal]: 'drop' } });
const fans = [open(), open()];
const during = action();
if (first === 'last') fans.reverse();
for (const fan of fans) fan.close();
console.log(during, action());
