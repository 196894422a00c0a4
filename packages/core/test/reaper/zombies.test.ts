import { describe, expect, it } from 'vitest';
import { type ReapedOrphan, watchZombies } from '../../src/reaper/zombies.ts';
import { type FakeSystem, fakeSystem } from '../fake-system.ts';

const eachZombie = { state: 'Z', ppid: 100 };

/** A reaper's view of the machine: `owned` are Node's children, `statuses` what waitpid gives, `clock` the time since boot. */
function watch(system: FakeSystem, owned: number[] = [], graceMs = 0) {
  const clock = { ticks: 500 };
  const statuses = new Map<number, number>();
  const waited: number[] = [];
  const zombies = watchZombies(
    graceMs,
    { refresh: () => {}, has: (pid) => owned.includes(pid), close: () => {} },
    {
      bootTicks: () => clock.ticks,
      isZombie: (pid) => (system.processes.get(pid)?.state === 'Z' ? 1 : 0),
      waitpid: (pid) => {
        waited.push(pid);
        return system.processes.delete(pid) ? (statuses.get(pid) ?? 0) : -10;
      },
    },
    system,
  );
  const pass = (): ReapedOrphan[] => [...zombies.pass()].filter((orphan) => orphan !== undefined);
  return { pass, waited, statuses, clock, zombies };
}

describe('watchZombies', () => {
  it('reaps what is a zombie in two passes, and by pid', () => {
    const { pass, waited } = watch(
      fakeSystem([
        { ...eachZombie, pid: 200 },
        { pid: 201, ppid: 100 },
      ]),
    );
    expect(pass()).toEqual([]);
    expect(pass()).toEqual([{ pid: 200, exitCode: 0, coreDumped: false }]);
    expect(waited).toEqual([200]);
  });

  it('waits for the whole grace', () => {
    const { pass, zombies } = watch(fakeSystem([{ ...eachZombie, pid: 200 }]), [], 1e6);
    pass();
    expect(pass()).toEqual([]);
    expect(zombies.nextDue()).toBeGreaterThan(performance.now() + 9e5);
  });

  it('never touches a child of Node, nor one that became Node’s after the first pass', () => {
    const owned = [200];
    const { pass, waited } = watch(
      fakeSystem([
        { ...eachZombie, pid: 200 },
        { ...eachZombie, pid: 201 },
      ]),
      owned,
    );
    pass();
    owned.push(201);
    expect(pass()).toEqual([]);
    expect(waited).toEqual([]);
  });

  it('takes another process under the same pid for another one', () => {
    const system = fakeSystem([{ ...eachZombie, pid: 200 }]);
    const { pass, waited, clock } = watch(system);
    pass();
    const { readProc } = system;
    Object.assign(system, {
      readProc: (path: string) => readProc(path).replace(/\d+ 0$/, '777 0'),
    });
    clock.ticks = 800;
    expect(pass()).toEqual([]);
    expect(waited).toEqual([]);
    expect(pass()).toMatchObject([{ pid: 200 }]);
  });

  it('says nothing of one that its owner took in the end', () => {
    const system = fakeSystem([{ ...eachZombie, pid: 200 }]);
    const { pass } = watch(system);
    pass();
    system.processes.delete(200);
    expect(pass()).toEqual([]);
  });

  it.each([
    ['looks again', 'readProcInPieces', 1],
    ['looks again', 'pids', 1],
    ['looks again', 'readProc', 1],
    ['forgets nothing', 'readProc', 2],
  ] as const)('%s when %s fails for lack of descriptors (pass %i)', (_, call, failing) => {
    const system = fakeSystem([{ ...eachZombie, pid: 200 }]);
    const { pass, zombies } = watch(system);
    if (failing === 2) pass();
    const original = system[call];
    Object.assign(system, {
      [call]: () => {
        throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
      },
    });
    expect(pass()).toEqual([]);
    expect(zombies.nextDue()).toBeTypeOf('number');
    Object.assign(system, { [call]: original });
    if (failing === 1) pass();
    expect(pass()).toMatchObject([{ pid: 200 }]);
  });

  it.each([
    [0x0700, { exitCode: 7, coreDumped: false }],
    [0x000f, { exitCode: 143, signal: 'SIGTERM', coreDumped: false }],
    [0x0086, { exitCode: 134, signal: 'SIGABRT', coreDumped: true }],
    [0x0025, { exitCode: 165, signal: 'SIGRTMIN+3', coreDumped: false }],
    [0x0020, { exitCode: 160, coreDumped: false }],
  ])('reads the wait status %i', (status, expected) => {
    const { pass, statuses } = watch(fakeSystem([{ ...eachZombie, pid: 200 }]));
    statuses.set(200, status);
    pass();
    expect(pass()).toEqual([{ pid: 200, ...expected }]);
  });
});
