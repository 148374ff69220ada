import { Admin, type BaseOptions, type SASLOptions } from '@platformatic/kafka';
import type { KafkaSource, PlumblineError } from '../../../../contracts/index.js';
import type { SecretResolver } from '../../../ports.js';
import { type FailureRules, failureOf } from '../messaging/failures.js';
import { resolveTls } from '../messaging/tls.js';
import { registerCodecs } from './compression.js';

const RULES: FailureRules = {
  refused: /authenticat|authoriz|sasl|certificate/i,
  unreadable: /unknown.topic|invalid.topic|unsupported/i,
};

export const kafkaFailure = (thrown: unknown, source: KafkaSource, signal: AbortSignal): PlumblineError =>
  failureOf(thrown, { source: source.name, signal, rules: RULES });

const saslOf = async (sasl: KafkaSource['sasl'], secrets: SecretResolver): Promise<SASLOptions | undefined> =>
  sasl && {
    mechanism: sasl.mechanism.toUpperCase() as Uppercase<typeof sasl.mechanism>,
    username: await secrets.resolve(sasl.username),
    password: await secrets.resolve(sasl.password),
  };

/** How every client of the source connects. @throws SECRET_UNRESOLVED */
export const clientOptions = async (source: KafkaSource, secrets: SecretResolver): Promise<BaseOptions> => {
  registerCodecs();
  const sasl = await saslOf(source.sasl, secrets);
  const tls = source.tls && (await resolveTls(source.tls, secrets));
  return {
    clientId: 'plumbline',
    bootstrapBrokers: source.brokers,
    autocreateTopics: false,
    ...(sasl && { sasl }),
    ...(tls && { tls, tlsServerName: tls.servername ?? true }),
  };
};

/** The one client of a reading: metadata, offsets and, through its connections, fetches. */
export const openAdmin = async (source: KafkaSource, secrets: SecretResolver): Promise<Admin> =>
  new Admin(await clientOptions(source, secrets));
