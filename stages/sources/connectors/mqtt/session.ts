import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { generate, type IConnackPacket, type IPublishPacket, type Packet, parser } from 'mqtt-packet';
import type { MqttSource } from '../../../../contracts/index.js';
import type { SecretResolver } from '../../../ports.js';
import { resolveTls } from '../messaging/tls.js';

const CONNECT_MS_MAX = 10_000;
const KEEPALIVE_SECONDS = 60;
const SUBSCRIBE_ID = 1;
/** At least once, which is once by the marks of the cursor (docs/decisions/0010). */
const QOS = 1;
const VERSION = { protocolVersion: 5 } as const;
/** Reason codes from here on are failures (MQTT 5, section 2.4). */
const FAILURE = 0x80;
const REFUSED: ReadonlySet<number> = new Set([0x86, 0x87, 0x8a, 0x8c]);
/** A server that speaks MQTT 3.1.1 only: its return code and that of version 5. */
const WRONG_VERSION: ReadonlySet<number> = new Set([0x01, 0x84]);

/** A message as it arrived. */
export interface Publication {
  readonly packetId: number;
  readonly qos: number;
  /** It may have been delivered before. */
  readonly repeated: boolean;
  readonly topic: string;
  readonly payload: Buffer;
  readonly arrivedMs: number;
}

export interface SessionOptions {
  readonly clientId: string;
  /** Forget an earlier session of the name, and this one at its end. */
  readonly clean: boolean;
}

export interface Session {
  /** Whether the broker has kept the session since the last connection. */
  readonly resumed: boolean;
  subscribe(): Promise<void>;
  /** At most `messagesMax` messages; fewer when nothing has come for `idleMs`. None is acknowledged. */
  take(): Promise<readonly Publication[]>;
  /** Returns once the broker has processed it. */
  acknowledge(publications: readonly Publication[]): Promise<void>;
  close(): Promise<void>;
}

const reasonOf = (packet: { readonly reasonCode?: number; readonly returnCode?: number }): number =>
  packet.reasonCode ?? packet.returnCode ?? 0;

const failure = (what: string, code: number): Error => {
  const kind = REFUSED.has(code)
    ? 'not authorized: '
    : WRONG_VERSION.has(code)
      ? 'unsupported: MQTT 5 is needed: '
      : '';
  return new Error(`${kind}${what} was answered with the reason code 0x${code.toString(16)}`);
};

const openSocket = async ({ address, tls }: MqttSource, secrets: SecretResolver): Promise<Socket> => {
  const { hostname, port } = new URL(`mqtt://${address}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  const to = { host, port: Number(port), timeout: CONNECT_MS_MAX };
  const socket =
    tls === undefined
      ? connectTcp(to)
      : connectTls({ servername: host, ...to, ...(await resolveTls(tls, secrets)) });
  socket.once('timeout', () => socket.destroy(new Error('no answer in time')));
  await once(socket, tls === undefined ? 'connect' : 'secureConnect');
  return socket;
};

/**
 * A session of MQTT 5 over the packets of mqtt-packet. Unlike the client of the same authors it leaves messages
 * unacknowledged while more arrive, as many as `messagesMax` (docs/decisions/0010).
 * @throws what the socket throws, and errors that name what the broker answered; SECRET_UNRESOLVED
 */
export const openSession = async (
  source: MqttSource,
  secrets: SecretResolver,
  { clientId, clean }: SessionOptions,
): Promise<Session> => {
  const username = source.credentials && (await secrets.resolve(source.credentials.username));
  const password = source.credentials && (await secrets.resolve(source.credentials.password));
  const socket = await openSocket(source, secrets);
  const arrived: Publication[] = [];
  const answers: ((packet: Packet) => boolean)[] = [];
  let onArrival = (): void => undefined;
  let ending: Error | null = null;
  let fail = (_error: Error): void => undefined;
  const lost = new Promise<never>((_, reject) => {
    fail = (error) => {
      ending ??= error;
      reject(ending);
      socket.destroy();
    };
  });
  // A session that waits for nothing at the moment meets the loss at its next step.
  lost.catch(() => undefined);
  const send = (...packets: readonly Packet[]): void => {
    // In one write, so that a process that dies sends all of them or none.
    if (!socket.destroyed) socket.write(Buffer.concat(packets.map((packet) => generate(packet, VERSION))));
  };
  const answer = <C extends Packet['cmd']>(cmd: C): Promise<Extract<Packet, { cmd: C }>> =>
    Promise.race([
      new Promise<Extract<Packet, { cmd: C }>>((resolve) => {
        answers.push((packet) => {
          if (packet.cmd === cmd) resolve(packet as Extract<Packet, { cmd: C }>);
          return packet.cmd === cmd;
        });
      }),
      lost,
    ]);
  const receive = ({ messageId = 0, qos, dup, topic, payload }: IPublishPacket): void => {
    arrived.push({
      packetId: messageId,
      qos,
      repeated: dup,
      topic,
      payload: Buffer.from(payload),
      arrivedMs: Math.floor(performance.timeOrigin + performance.now()),
    });
    onArrival();
  };
  const dispatch = (packet: Packet): void => {
    if (packet.cmd === 'publish') receive(packet);
    else if (packet.cmd === 'disconnect') fail(failure('the session', reasonOf(packet)));
    else {
      const index = answers.findIndex((takes) => takes(packet));
      if (index >= 0) answers.splice(index, 1);
    }
  };
  const packets = parser(VERSION);
  packets.on('packet', dispatch);
  packets.on('error', fail);
  socket.on('data', (bytes) => void packets.parse(bytes));
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection was closed')));

  const connack = answer('connack');
  send({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 5,
    clientId,
    clean,
    keepalive: KEEPALIVE_SECONDS,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password: Buffer.from(password) }),
    properties: {
      sessionExpiryInterval: clean ? 0 : source.sessionSeconds,
      receiveMaximum: source.messagesMax,
    },
  });
  const accepted: IConnackPacket = await connack;
  if (reasonOf(accepted) !== 0) {
    socket.destroy();
    throw failure('the connection', reasonOf(accepted));
  }
  socket.setTimeout(0);
  const ping = async (): Promise<void> => {
    const pong = answer('pingresp');
    send({ cmd: 'pingreq' });
    await pong;
  };
  const alive = setInterval(() => void ping().catch(() => undefined), (KEEPALIVE_SECONDS / 2) * 1000);
  lost.catch(() => clearInterval(alive));

  return {
    resumed: accepted.sessionPresent,
    subscribe: async () => {
      const granted = answer('suback');
      // Retained messages are what was, not what is measured: 2 keeps them away.
      const subscriptions = source.topics.map((topic) => ({ topic, qos: QOS, rh: 2 }) as const);
      send({ cmd: 'subscribe', messageId: SUBSCRIBE_ID, subscriptions });
      (await granted).granted.forEach((code, index) => {
        if (Number(code) >= FAILURE) throw failure(`the topic ${source.topics[index]}`, Number(code));
        if (Number(code) === 0)
          throw new Error(`unsupported: the topic ${source.topics[index]} is given QoS 0 only`);
      });
    },
    take: async () => {
      let timer: NodeJS.Timeout | undefined;
      const enough = new Promise<void>((resolve) => {
        onArrival = () => {
          clearTimeout(timer);
          if (arrived.length >= source.messagesMax) resolve();
          else timer = setTimeout(resolve, source.idleMs);
        };
      });
      onArrival();
      try {
        await Promise.race([enough, lost]);
        return arrived.splice(0);
      } finally {
        clearTimeout(timer);
        onArrival = () => undefined;
      }
    },
    acknowledge: async (publications) => {
      send(
        ...publications
          .filter(({ qos }) => qos > 0)
          .map(({ packetId }): Packet => ({ cmd: 'puback', messageId: packetId })),
      );
      // Packets are processed in order: once this is answered, the broker has them.
      await ping();
    },
    close: async () => {
      clearInterval(alive);
      if (socket.destroyed) return;
      const closed = once(socket, 'close');
      send({ cmd: 'disconnect', reasonCode: 0 });
      socket.end();
      setTimeout(() => socket.destroy(), 1000).unref();
      await closed;
    },
  };
};
