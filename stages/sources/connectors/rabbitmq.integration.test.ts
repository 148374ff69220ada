import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Channel, type ChannelModel, connect, type Options } from 'amqplib';
import { plumblineError, type RabbitmqSource, Source } from '../../../contracts/index.js';
import { until } from '../../../contracts/testing/until.js';
import { memoryStageContext } from '../../testing/index.js';
import { connectorSuite } from '../testing/connectorSuite.js';
import { RABBITMQ_USER, startRabbitmq, type TestRabbitmq } from '../testing/rabbitmqServer.js';
import type { Page, RawRecord } from './connector.js';
import { rabbitmq } from './rabbitmq.js';

const MINUTES = 60_000;
let server: TestRabbitmq;
let model: ChannelModel;
let channel: Channel;

const open = async (): Promise<void> => {
  model = await connect(`amqp://${RABBITMQ_USER}:${server.password}@${server.address}`);
  model.on('error', () => undefined);
  channel = await model.createChannel();
  channel.on('error', () => undefined);
};

beforeAll(async () => {
  server = await startRabbitmq();
  await open();
}, 3 * MINUTES);
afterAll(async () => {
  await model?.close();
  await server?.stop();
}, MINUTES);

const SECRETS: Record<string, () => string> = {
  'env:RABBITMQ_USER': () => RABBITMQ_USER,
  'env:RABBITMQ_PASSWORD': () => server.password,
  'env:WRONG': () => 'wrong-password',
};

const contextOf = (signal = new AbortController().signal) => ({
  ...memoryStageContext({ signal }),
  cursor: null,
  secrets: {
    resolve: async (reference: string) => {
      const secret = SECRETS[reference];
      if (secret === undefined) throw plumblineError('SECRET_UNRESOLVED', reference);
      return secret();
    },
  },
});

const sourceOf = (queue: string, section: Record<string, unknown> = {}): RabbitmqSource =>
  Source.parse({
    connector: 'rabbitmq',
    name: 'tickets',
    address: server.address,
    queue,
    credentials: { username: 'env:RABBITMQ_USER', password: 'env:RABBITMQ_PASSWORD' },
    idleMs: 500,
    label: { from: 'field', field: 'label' },
    ...section,
  }) as RabbitmqSource;

/** Reads as a collection does: what `keep` lets through is acknowledged once all of it is there. */
const take = async (source: RabbitmqSource, acknowledge: (page: number) => boolean = () => true) => {
  const pages: Page[] = [];
  for await (const page of rabbitmq.read(source, contextOf())) {
    pages.push(page);
    if (page.records.length > 0) continue;
    for (const [index, each] of pages.entries()) if (acknowledge(index)) await each.acknowledge?.();
    break;
  }
  return pages.flatMap(({ records }) => [...records]);
};

const textsOf = (records: readonly RawRecord[]) => records.map(({ field }) => field('text'));

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `m${from + index}`);

const declare = (queue: string, options: Options.AssertQueue = {}) =>
  channel.assertQueue(queue, { durable: true, ...options });

const send = async (queue: string, texts: readonly string[], options: Options.Publish = {}) => {
  const confirms = await model.createConfirmChannel();
  for (const text of texts)
    confirms.sendToQueue(queue, Buffer.from(JSON.stringify({ text })), { persistent: true, ...options });
  await confirms.waitForConfirms();
  await confirms.close();
};

const waiting = async (queue: string): Promise<number> => (await channel.checkQueue(queue)).messageCount;

describe('rabbitmq', () => {
  it.each(['classic', 'quorum'])(
    'takes all of a %s queue in its order, and leaves it empty',
    async (type) => {
      const queue = `all-${type}`;
      await declare(queue, { arguments: { 'x-queue-type': type } });
      await send(queue, numbered(0, 3000));
      expect(textsOf(await take(sourceOf(queue, { prefetch: 400 })))).toEqual(numbered(0, 3000));
      expect(await waiting(queue)).toBe(0);
      expect(await take(sourceOf(queue))).toEqual([]);
    },
    MINUTES,
  );

  it(
    'gives the same records again until they are acknowledged, and those only',
    async () => {
      await declare('again', { arguments: { 'x-queue-type': 'quorum' } });
      const properties = {
        messageId: 'id-1',
        timestamp: 1_700_000_000,
        headers: { origin: 'café', nested: { a: 1 } },
      };
      await send('again', numbered(0, 30), properties);
      const source = sourceOf('again', { prefetch: 10 });
      const first = await take(source, () => false);
      const second = await take(source, (page) => page < 2);
      expect(second.map(({ sha256 }) => sha256)).toEqual(first.map(({ sha256 }) => sha256));
      expect(JSON.parse(Buffer.from(first[0]!.raw!).toString())).toEqual({
        text: 'm0',
        messageId: 'id-1',
        routingKey: 'again',
        timestamp: '2023-11-14T22:13:20.000Z',
        'headers.origin': 'café',
        'headers.nested': { a: 1 },
      });
      const third = await take(source);
      expect(textsOf(third)).toEqual(numbered(20, 30));
      expect(third[0]!.sha256).toBe(first[20]!.sha256);
    },
    MINUTES,
  );

  it(
    'sends what it cannot read to the dead-letter exchange, after the batch',
    async () => {
      await declare('dead');
      await declare('poison', {
        arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' },
      });
      await send('poison', ['a']);
      channel.sendToQueue('poison', Buffer.from('{'));
      channel.sendToQueue('poison', Buffer.from('{"text":"packed"}'), { contentEncoding: 'gzip' });
      await send('poison', ['b']);
      await until(async () => (await waiting('poison')) === 4);
      const source = sourceOf('poison');
      const faults = (records: readonly RawRecord[]) => records.map(({ fault }) => fault);
      expect(faults(await take(source, () => false))).toEqual([
        null,
        'malformed-json',
        'content-encoding',
        null,
      ]);
      expect(await waiting('dead')).toBe(0);
      await until(async () => (await waiting('poison')) === 4);
      await take(source);
      expect(await waiting('poison')).toBe(0);
      await until(async () => (await waiting('dead')) === 2);
    },
    MINUTES,
  );

  it(
    'loses and doubles nothing when the connection is cut or the broker killed in the middle',
    async () => {
      await declare('cut');
      await send('cut', numbered(0, 500));
      const source = sourceOf('cut', { prefetch: 100 });
      const interrupted = async (interrupt: () => Promise<unknown>): Promise<void> => {
        const pages = rabbitmq.read(source, contextOf())[Symbol.asyncIterator]();
        const page = (await pages.next()).value as Page;
        await interrupt();
        await expect(
          (async () => {
            await page.acknowledge?.();
            for (;;) if ((await pages.next()).done) return;
          })(),
        ).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
      };
      await interrupted(async () => {
        const connections = await until(
          async () => {
            const all = (await server.manage('GET', 'connections')) as {
              name: string;
              channels: number;
              client_properties: unknown;
            }[];
            return all.length > 1 && all;
          },
          { everyMs: 500 },
        );
        for (const { name } of connections)
          await server.manage('DELETE', `connections/${encodeURIComponent(name)}`).catch(() => undefined);
      });
      await open();
      await interrupted(async () => {
        await server.kill();
        await server.start();
      });
      await open();
      expect(textsOf(await take(source))).toEqual(numbered(0, 500));
      expect(await waiting('cut')).toBe(0);
    },
    3 * MINUTES,
  );

  it(
    'says what is wrong, and what it finds',
    async () => {
      await declare('some');
      await send('some', ['a', 'b']);
      await until(async () => (await waiting('some')) === 2);
      const found = await rabbitmq.test(sourceOf('some'), contextOf());
      expect(found.found).toMatch(/^RabbitMQ \d+\.\d+\.\d+: queue some with 2 message\(s\)$/);
      expect(await waiting('some')).toBe(2);
      const failing = (section: Record<string, unknown>, queue = 'some') => take(sourceOf(queue, section));
      const wrong = { credentials: { username: 'env:RABBITMQ_USER', password: 'env:WRONG' } };
      await expect(failing(wrong)).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
      await expect(failing({ vhost: '/other' })).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
      await expect(failing({}, 'not-there')).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
      await expect(failing({ address: '127.0.0.1:1' })).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
      const controller = new AbortController();
      const pages = rabbitmq
        .read(sourceOf('some', { idleMs: 60_000 }), contextOf(controller.signal))
        [Symbol.asyncIterator]();
      const next = pages.next();
      setTimeout(() => controller.abort(), 200);
      await expect(next).rejects.toMatchObject({ code: 'CANCELLED' });
    },
    MINUTES,
  );
});

let places = 0;

connectorSuite({
  name: 'rabbitmq',
  credentials: true,
  remote: true,
  pageRecordsMax: 25,
  start: async () => ({
    secrets: {
      'env:RABBITMQ_USER': RABBITMQ_USER,
      'env:RABBITMQ_PASSWORD': server.password,
      'env:WRONG': 'wrong-password',
    },
    place: async () => {
      const queue = `suite-${places++}`;
      await declare(queue);
      const put = async (numbers: readonly number[], more = '') => {
        const confirms = await model.createConfirmChannel();
        for (const number of numbers) {
          const label = number % 2 === 0 ? 'ham' : 'spam';
          const content = JSON.stringify({ text: `item-${number} ${more}`, label });
          confirms.sendToQueue(queue, Buffer.from(content), { persistent: true });
        }
        await confirms.waitForConfirms();
        await confirms.close();
      };
      const section = (password: string, address = server.address) => ({
        connector: 'rabbitmq',
        address,
        queue,
        credentials: { username: 'env:RABBITMQ_USER', password },
        prefetch: 25,
        idleMs: 500,
        label: { from: 'field', field: 'label' },
      });
      return {
        source: section('env:RABBITMQ_PASSWORD'),
        refused: section('env:WRONG'),
        unreachable: section('env:RABBITMQ_PASSWORD', '127.0.0.1:1'),
        add: (numbers) => put(numbers),
        addLarge: (number, bytes) => put([number], 'x'.repeat(bytes)),
        state: () => waiting(queue),
      };
    },
    stop: async () => undefined,
  }),
});
