import { createServer, type Socket } from 'node:net';

export interface Misbehaving {
  readonly port: number;
  /** What was sent to it so far. */
  received(): string;
  [Symbol.asyncDispose](): Promise<void>;
}

export type Behaviour = (socket: Socket) => void;

/** A server that does with each connection what it is told, on a port of loopback or at the path of a unix socket. */
export async function serve(
  behave: Behaviour,
  at: { readonly host?: string; readonly path?: string; readonly port?: number } = {},
): Promise<Misbehaving> {
  const sockets = new Set<Socket>();
  let received = '';
  const server = createServer((socket) => {
    sockets.add(socket);
    // The client has what it wants, and goes.
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    behave(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.path === undefined ? { host: '127.0.0.1', port: 0, ...at } : at, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    received: () => received,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers the first bytes of a request with a text. Stays open, unless the text is said to be the last. */
export function answers(
  text: string,
  { ends = true }: { readonly ends?: boolean } = {},
): Behaviour {
  return (socket) => {
    socket.once('data', () => (ends ? socket.end(text, 'latin1') : socket.write(text, 'latin1')));
  };
}

/** Sends a text again and again, a piece at a time, until nobody takes it any more. */
export function drips(start: string, piece: string, everyMs: number): Behaviour {
  return (socket) => {
    socket.write(start);
    const timer = setInterval(() => socket.write(piece), everyMs);
    socket.on('close', () => clearInterval(timer));
  };
}
