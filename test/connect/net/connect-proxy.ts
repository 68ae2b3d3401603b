import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A proxy on 127.0.0.1 that tunnels, and remembers where to. */
export interface ConnectProxy {
  url: string;
  /** `HOST:PORT` of each tunnel, with the account that asked for it. */
  asked: { target: string; authorization: string | undefined }[];
  /** Bytes that went towards servers, as they were. */
  passed(): string;
  close(): Promise<void>;
}

/** Starts one; `status` other than 200 refuses every tunnel, `silent` answers none. */
export async function startConnectProxy(status: number | 'silent' = 200): Promise<ConnectProxy> {
  const asked: ConnectProxy['asked'] = [];
  const chunks: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('connect', (request, socket: Socket) => {
    const target = String(request.url);
    asked.push({ target, authorization: request.headers['proxy-authorization'] });
    sockets.add(socket.on('error', () => {}));
    if (status === 'silent') return;
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const [host, port] = target.split(':');
    const onwards = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.on('data', (bytes: Buffer) => chunks.push(bytes));
      socket.pipe(onwards).pipe(socket);
    });
    sockets.add(onwards.on('error', () => socket.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    passed: () => Buffer.concat(chunks).toString('latin1'),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
