import { type Channel, type ChannelModel, connect } from 'amqplib';
import type { PlumblineError, RabbitmqSource } from '../../../../contracts/index.js';
import type { SecretResolver } from '../../../ports.js';
import { type FailureRules, failureOf } from '../messaging/failures.js';
import { resolveTls } from '../messaging/tls.js';

const CONNECT_MS_MAX = 10_000;
const HEARTBEAT_SECONDS = 30;

const RULES: FailureRules = {
  // The last is how the client tells that the virtual host is not there or not for this user.
  refused: /access.refused|not.allowed|\b403\b|certificate|expected connectionopenok/i,
  unreadable: /not.found|resource.locked|precondition|was deleted/i,
};

export const rabbitmqFailure = (
  thrown: unknown,
  source: RabbitmqSource,
  signal: AbortSignal,
): PlumblineError => failureOf(thrown, { source: source.name, signal, rules: RULES });

/** A channel on a connection of its own. */
export interface OpenChannel {
  readonly channel: Channel;
  /** Product and version of the broker. */
  readonly product: string;
  /** Rejects when the connection or the channel ends before `close`. */
  readonly lost: Promise<never>;
  close(): Promise<void>;
}

const credentialsOf = async ({ credentials }: RabbitmqSource, secrets: SecretResolver) =>
  credentials && {
    username: await secrets.resolve(credentials.username),
    password: await secrets.resolve(credentials.password),
  };

const dial = async (source: RabbitmqSource, secrets: SecretResolver): Promise<ChannelModel> => {
  const { hostname, port } = new URL(`amqp://${source.address}`);
  const tls = source.tls && (await resolveTls(source.tls, secrets));
  return connect(
    {
      protocol: tls === undefined ? 'amqp' : 'amqps',
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port),
      // The client takes this part for a piece of a URL.
      vhost: encodeURIComponent(source.vhost),
      heartbeat: HEARTBEAT_SECONDS,
      ...(await credentialsOf(source, secrets)),
    },
    { timeout: CONNECT_MS_MAX, ...tls },
  );
};

const productOf = ({ connection }: ChannelModel): string => {
  const { product, version } = connection.serverProperties as { product?: string; version?: string };
  return [product, version].filter(Boolean).join(' ');
};

/** @throws what the client throws; SECRET_UNRESOLVED */
export const openChannel = async (source: RabbitmqSource, secrets: SecretResolver): Promise<OpenChannel> => {
  const model = await dial(source, secrets);
  let said: Error | null = null;
  const lost = new Promise<never>((_, reject) => {
    const end = (): void => reject(said ?? new Error('the connection was closed'));
    for (const emitter of [model, model.connection as unknown as ChannelModel])
      emitter.on('error', (error) => {
        said = error;
      });
    model.on('close', end);
  });
  // A reader that waits for nothing at the moment meets the loss at its next step.
  lost.catch(() => undefined);
  try {
    const channel = await model.createChannel();
    channel.on('error', (error) => {
      said = error;
    });
    channel.on('close', () => void model.close().catch(() => undefined));
    return { channel, product: productOf(model), lost, close: () => model.close().catch(() => undefined) };
  } catch (thrown) {
    await model.close().catch(() => undefined);
    throw thrown;
  }
};
