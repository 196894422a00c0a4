/**
 * Every net.Socket that closes asks whether it is `process.stderr`, which makes that stream, which makes an inherited
 * pipe non-blocking for all that share it: the app's writes then fail with EAGAIN. Here the stream is made when
 * somebody uses it.
 */
export function makeStderrLazy(): void {
  const original = Object.getOwnPropertyDescriptor(process, 'stderr')?.get;
  if (original === undefined) return;
  const stream = (): object => original.call(process) as object;
  const lazy = new Proxy(
    {},
    {
      get: (_, key) => {
        const value: unknown = Reflect.get(stream(), key);
        return typeof value === 'function' ? value.bind(stream()) : value;
      },
      set: (_, key, value) => Reflect.set(stream(), key, value),
      has: (_, key) => Reflect.has(stream(), key),
      getPrototypeOf: () => Object.getPrototypeOf(stream()),
    },
  );
  Object.defineProperty(process, 'stderr', {
    configurable: true,
    enumerable: true,
    get: () => lazy,
  });
}
