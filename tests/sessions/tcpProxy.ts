import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/** Stands between a process and its server, to have their connections hang or break. */
export interface TcpProxy {
  readonly port: number;
  /** Takes what it is sent and passes nothing on: neither side learns of it. New connections hang as well. */
  hang(): void;
  /** Breaks what hangs, and lets new connections through again. */
  mend(): void;
  close(): Promise<void>;
}

/** Starts a proxy before a server on this machine. */
export async function tcpProxy(to: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let hanging = false;
  const pass = (from: Socket, into: Socket): void => {
    sockets.add(from);
    from.on('data', (data) => hanging || into.write(data));
    from.on('close', () => into.destroy());
    from.on('error', () => into.destroy());
  };
  const server = createServer((client) => {
    const upstream = connect(to.port, to.host);
    pass(client, upstream);
    pass(upstream, client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    port: (server.address() as AddressInfo).port, // listening on a port, not on a pipe
    hang: () => {
      hanging = true;
    },
    mend: () => {
      hanging = false;
      breakAll();
    },
    close: async () => {
      breakAll();
      server.close();
      await once(server, 'close');
    },
  };
}
