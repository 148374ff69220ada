// Ports stay the same from run to run, so that an address once printed keeps working; a taken one is replaced.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

const PREFERRED = {
  temporal: 7233,
  temporalUi: 8233,
  temporalMetrics: 8234,
  clickhouse: 8123,
  api: 8080,
  inference: 8081,
};

const listenOn = (port) =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const found = server.address().port;
      server.close(() => resolve(found));
    });
  });

export const choosePorts = async (file) => {
  const kept = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const ports = {};
  for (const [name, preferred] of Object.entries({ ...PREFERRED, ...kept }))
    ports[name] = (await listenOn(preferred)) ?? (await listenOn(0));
  writeFileSync(file, `${JSON.stringify(ports, null, 2)}\n`);
  return ports;
};
