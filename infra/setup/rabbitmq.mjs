import { at, ensureDebianPackage } from './debian.mjs';

/** RabbitMQ with its Erlang. Not /usr/sbin's wrapper: that one changes user and folder. */
export const ensureRabbitmq = (log) =>
  ensureDebianPackage('rabbitmq-server', at('/usr/lib/rabbitmq/bin/rabbitmq-server'), log);
