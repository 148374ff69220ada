import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Admin, Producer, stringSerializers } from '@platformatic/kafka';
import { type KafkaSource, plumblineError, Source } from '../../../contracts/index.js';
import { until } from '../../../contracts/testing/until.js';
import { memoryStageContext } from '../../testing/index.js';
import { connectorSuite } from '../testing/connectorSuite.js';
import { KAFKA_USER, startKafka, type TestKafka } from '../testing/kafkaServer.js';
import type { Cursor, Page, RawRecord } from './connector.js';
import { kafka } from './kafka.js';

const MINUTES = 60_000;
let server: TestKafka;
let admin: Admin;

beforeAll(async () => {
  server = await startKafka();
  admin = new Admin({ clientId: 'test', bootstrapBrokers: [server.broker] });
}, 3 * MINUTES);
afterAll(async () => {
  await admin?.close();
  await server?.stop();
}, MINUTES);

const sourceOf = (section: Record<string, unknown>): KafkaSource =>
  Source.parse({
    connector: 'kafka',
    name: 'orders',
    brokers: [server.broker],
    label: { from: 'field', field: 'label' },
    ...section,
  }) as KafkaSource;

const SECRETS: Record<string, () => string> = {
  'env:KAFKA_USER': () => KAFKA_USER,
  'env:KAFKA_PASSWORD': () => server.password,
  'env:KAFKA_CA': () => server.certificate,
  'env:WRONG': () => 'wrong-password',
};

const TLS = { ca: 'env:KAFKA_CA', serverName: 'localhost' };

const contextOf = (cursor: Cursor, signal = new AbortController().signal) => ({
  ...memoryStageContext({ signal }),
  cursor,
  secrets: {
    resolve: async (reference: string) => {
      const secret = SECRETS[reference];
      if (secret === undefined) throw plumblineError('SECRET_UNRESOLVED', reference);
      return secret();
    },
  },
});

const pagesOf = async (source: KafkaSource, context = contextOf(null), acknowledge = false) => {
  const pages: Page[] = [];
  for await (const page of kafka.read(source, context)) {
    pages.push(page);
    if (page.records.length > 0) continue;
    if (acknowledge) for (const each of pages) await each.acknowledge?.();
    break;
  }
  return pages;
};

const recordsOf = (pages: readonly Page[]): RawRecord[] => pages.flatMap(({ records }) => [...records]);
const keysOf = (records: readonly RawRecord[]) => records.map(({ field }) => field('key'));
const cursorOf = (pages: readonly Page[]): Cursor => pages.at(-1)!.cursor;

const createTopic = (topic: string, partitions = 1, configs: { name: string; value: string }[] = []) =>
  admin.createTopics({ topics: [topic], partitions, replicas: 1, configs });

const send = async (
  topic: string,
  keys: readonly string[],
  value = (key: string) => JSON.stringify({ text: key }),
) => {
  const producer = new Producer({
    clientId: 'test',
    bootstrapBrokers: [server.broker],
    serializers: stringSerializers,
    retries: 10,
  });
  for (let start = 0; start < keys.length; start += 500)
    await producer.send({
      messages: keys.slice(start, start + 500).map((key) => ({ topic, key, value: value(key) })),
    });
  await producer.close();
};

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `k${from + index}`);

describe('kafka', () => {
  it(
    'reads batches of every codec, partition by partition, each message once by its key',
    async () => {
      server.produce('compressed', 'compressed');
      const pages = await pagesOf(sourceOf({ topics: ['compressed'] }));
      const records = recordsOf(pages);
      const expected = ['none', 'gzip', 'snappy', 'lz4', 'zstd'].flatMap((codec) =>
        Array.from({ length: 200 }, (_, index) => `${codec}-${index}`),
      );
      expect(keysOf(records).sort()).toEqual(expected.sort());
      expect(records.every(({ fault }) => fault === null)).toBe(true);
      const places = records.map(({ path, position }) => [path, position] as const);
      expect(places).toEqual([...places].sort(([a, i], [b, j]) => (a < b ? -1 : a > b ? 1 : i - j)));
      expect(Math.max(...pages.map((page) => page.records.length))).toBeLessThanOrEqual(1000);
    },
    MINUTES,
  );

  it(
    'shows committed messages only, though one producer aborts often and aborts more than a fetch holds',
    async () => {
      server.produce('transactions', 'transactions');
      const records = recordsOf(await pagesOf(sourceOf({ topics: ['transactions'] })));
      const keys = keysOf(records);
      expect(keys.filter((key) => !key?.startsWith('commit-'))).toEqual([]);
      expect(keys).toHaveLength(150);
      expect(new Set(keys).size).toBe(150);
    },
    MINUTES,
  );

  it(
    'takes key, headers and time as fields; quarantines what is no JSON object, and tombstones',
    async () => {
      server.produce('odd', 'odd');
      await createTopic('odd-dead');
      const pages = await pagesOf(
        sourceOf({ topics: ['odd'], deadLetterTopic: 'odd-dead' }),
        contextOf(null),
        true,
      );
      const records = recordsOf(pages);
      expect(records.map(({ position, fault }) => [position, fault])).toEqual([
        [0, null],
        [1, 'tombstone'],
        [2, 'malformed-json'],
        [3, 'not-an-object'],
        [4, 'not-an-object'],
        [5, null],
      ]);
      expect(JSON.parse(Buffer.from(records[0]!.raw!).toString())).toEqual({
        key: 'k1',
        text: 'fine',
        timestamp: '2023-11-14T22:13:20.000Z',
        'headers.origin': 'café',
        'headers.hop': ['a', 'b'],
      });
      expect(Buffer.from(records[2]!.raw!).toString()).toBe('{not json');
      expect(records[5]!.field('key')).toBe('own');
      const dead = recordsOf(await pagesOf(sourceOf({ topics: ['odd-dead'], value: 'text' })));
      expect(
        dead.map(({ field }) => [field('headers.plumbline.offset'), field('headers.plumbline.reason')]),
      ).toEqual([
        ['2', 'malformed-json'],
        ['3', 'not-an-object'],
        ['4', 'not-an-object'],
      ]);
      expect(dead[0]!.field('text')).toBe('{not json');
    },
    MINUTES,
  );

  it(
    'goes on from its cursor, takes up new partitions and topics, and sets the offsets of the group',
    async () => {
      await createTopic('grow-1', 1);
      await send('grow-1', numbered(0, 20));
      const source = sourceOf({ topics: ['grow-*'], consumerGroup: 'lag' });
      const first = await pagesOf(source, contextOf(null), true);
      expect(keysOf(recordsOf(first))).toHaveLength(20);
      expect(recordsOf(await pagesOf(source, contextOf(cursorOf(first))))).toEqual([]);
      await admin.createPartitions({ topics: [{ name: 'grow-1', count: 4, assignments: null }] });
      await createTopic('grow-2', 2);
      await until(
        async () =>
          (await admin.metadata({ topics: ['grow-1'], forceUpdate: true })).topics.get('grow-1')
            ?.partitionsCount === 4,
      );
      await send('grow-1', numbered(20, 60));
      await send('grow-2', numbered(60, 100));
      const second = await pagesOf(source, contextOf(cursorOf(first)), true);
      expect(keysOf(recordsOf(second)).sort()).toEqual(numbered(20, 100).sort());
      const offsets = await admin.listConsumerGroupOffsets({ groups: ['lag'] });
      const committed = offsets[0]!.topics.flatMap(({ partitions }) => partitions);
      expect(committed.reduce((sum, { committedOffset }) => sum + Number(committedOffset), 0)).toBe(100);
    },
    2 * MINUTES,
  );

  it(
    'records a gap and warns with its code when messages were deleted or the topic replaced',
    async () => {
      await createTopic('expiring');
      await send('expiring', numbered(0, 30));
      const source = sourceOf({ topics: ['expiring'] });
      let pages = await pagesOf(source);
      await send('expiring', numbered(30, 60));
      await admin.deleteRecords({
        topics: [{ name: 'expiring', partitions: [{ partition: 0, offset: 50n }] }],
      });
      const context = contextOf(cursorOf(pages));
      pages = await pagesOf(source, context);
      const [lost, ...rest] = recordsOf(pages);
      expect(lost).toMatchObject({ path: 'expiring/0', position: 30, fault: 'offsets-expired' });
      expect(JSON.parse(Buffer.from(lost!.raw!).toString())).toMatchObject({ from: 30, to: 50 });
      expect(keysOf(rest)).toEqual(numbered(50, 60));
      expect(context.lines).toContainEqual(
        expect.objectContaining({
          level: 'warn',
          fields: expect.objectContaining({ code: 'SOURCE_GAP', from: 30, to: 50 }),
        }),
      );
      await admin.deleteTopics({ topics: ['expiring'] });
      await until(async () => !(await admin.listTopics()).includes('expiring'));
      await createTopic('expiring');
      await send('expiring', numbered(100, 103));
      const [replaced, ...fresh] = recordsOf(await pagesOf(source, contextOf(cursorOf(pages))));
      expect(replaced).toMatchObject({ fault: 'topic-replaced' });
      expect(keysOf(fresh)).toEqual(numbered(100, 103));
    },
    2 * MINUTES,
  );

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'])(
    'authenticates by %s over TLS, and says when it is refused',
    async (mechanism) => {
      await createTopic(`sasl-${mechanism}`);
      await send(`sasl-${mechanism}`, ['k']);
      const source = (password: string) =>
        sourceOf({
          tls: TLS,
          brokers: [server.saslBroker],
          topics: [`sasl-${mechanism}`],
          sasl: { mechanism, username: 'env:KAFKA_USER', password },
        });
      const right = source('env:KAFKA_PASSWORD');
      expect(keysOf(recordsOf(await pagesOf(right)))).toEqual(['k']);
      expect(await kafka.test(right, contextOf(null))).toEqual({
        found: 'Kafka: 1 topic(s), 1 partition(s), about 1 message(s)',
        fields: ['key', 'text', 'timestamp'],
      });
      await expect(pagesOf(source('env:WRONG'))).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
      const untrusted = { ...right, tls: {} };
      await expect(pagesOf(untrusted)).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
    },
    MINUTES,
  );

  it(
    'says what is wrong: no topic, no broker, cancelled',
    async () => {
      await expect(pagesOf(sourceOf({ topics: ['not-there'] }))).rejects.toMatchObject({
        code: 'SOURCE_UNREADABLE',
      });
      await expect(pagesOf(sourceOf({ topics: ['not-there-*'] }))).rejects.toMatchObject({
        code: 'SOURCE_EMPTY',
      });
      await expect(pagesOf(sourceOf({ topics: ['x'], brokers: ['127.0.0.1:1'] }))).rejects.toMatchObject({
        code: 'SOURCE_UNREACHABLE',
      });
      const controller = new AbortController();
      const reading = kafka.read(sourceOf({ topics: ['compressed'] }), contextOf(null, controller.signal));
      const pages = reading[Symbol.asyncIterator]();
      await pages.next();
      controller.abort();
      const rest = (async () => {
        for (;;) if ((await pages.next()).done) return;
      })();
      await expect(rest).rejects.toMatchObject({ code: 'CANCELLED' });
    },
    2 * MINUTES,
  );

  it(
    'gives every message once though the broker is killed between and during collections',
    async () => {
      await createTopic('killed', 3);
      await send('killed', numbered(0, 3000));
      const source = sourceOf({ topics: ['killed'] });
      const seen: RawRecord[] = [];
      let cursor: Cursor = null;
      const reading = kafka.read(source, contextOf(cursor))[Symbol.asyncIterator]();
      const page = (await reading.next()).value as Page;
      seen.push(...page.records);
      ({ cursor } = page);
      await server.kill();
      const rest = (async () => {
        for (;;) {
          const next = await reading.next();
          if (next.done === true) return;
          seen.push(...next.value.records);
          ({ cursor } = next.value);
        }
      })();
      await expect(rest).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
      await server.start();
      await send('killed', numbered(3000, 4000));
      seen.push(...recordsOf(await pagesOf(source, contextOf(cursor))));
      expect(seen).toHaveLength(4000);
      expect(keysOf(seen).sort()).toEqual(numbered(0, 4000).sort());
    },
    4 * MINUTES,
  );
});

let places = 0;

connectorSuite({
  name: 'kafka',
  credentials: true,
  remote: true,
  records: 1500,
  start: async () => ({
    secrets: {
      'env:KAFKA_USER': KAFKA_USER,
      'env:KAFKA_PASSWORD': server.password,
      'env:KAFKA_CA': server.certificate,
      'env:WRONG': 'wrong-password',
    },
    place: async () => {
      const topic = `suite-${places++}`;
      await createTopic(topic, 2);
      const contentOf = (number: number, more = '') =>
        JSON.stringify({ text: `item-${number} ${more}`, label: number % 2 === 0 ? 'ham' : 'spam' });
      const section = (password: string, broker = server.saslBroker) => ({
        connector: 'kafka',
        brokers: [broker],
        topics: [topic],
        consumerGroup: topic,
        tls: TLS,
        sasl: { mechanism: 'scram-sha-256', username: 'env:KAFKA_USER', password },
        label: { from: 'field', field: 'label' },
      });
      return {
        source: section('env:KAFKA_PASSWORD'),
        refused: section('env:WRONG'),
        unreachable: section('env:KAFKA_PASSWORD', '127.0.0.1:1'),
        add: (numbers) => send(topic, numbers.map(String), (key) => contentOf(Number(key))),
        addLarge: (number, bytes) =>
          send(topic, [String(number)], () => contentOf(number, 'x'.repeat(bytes))),
        state: async () => {
          const [group] = await admin.listConsumerGroupOffsets({ groups: [topic] });
          return group?.topics;
        },
      };
    },
    stop: async () => undefined,
  }),
});
