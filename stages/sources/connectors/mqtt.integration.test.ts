import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectAsync, type MqttClient } from 'mqtt';
import { type MqttSource, plumblineError, Source } from '../../../contracts/index.js';
import { memoryStageContext } from '../../testing/index.js';
import { connectorSuite } from '../testing/connectorSuite.js';
import { MQTT_USER, startMosquitto, type TestMosquitto } from '../testing/mosquittoServer.js';
import type { Cursor, Page, RawRecord } from './connector.js';
import { mqtt } from './mqtt.js';

const MINUTES = 60_000;
let server: TestMosquitto;
let sensors: MqttClient;

const plug = async (): Promise<void> => {
  const { password } = server;
  sensors = await connectAsync(`mqtt://${server.address}`, {
    username: MQTT_USER,
    password,
    protocolVersion: 5,
  });
};

beforeAll(async () => {
  server = await startMosquitto();
  await plug();
}, MINUTES);
afterAll(async () => {
  await sensors?.endAsync(true);
  await server?.stop();
}, MINUTES);

const SECRETS: Record<string, () => string> = {
  'env:MQTT_USER': () => MQTT_USER,
  'env:MQTT_PASSWORD': () => server.password,
  'env:MQTT_CA': () => server.certificate,
  'env:WRONG': () => 'wrong-password',
};

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

const sourceOf = (clientId: string, section: Record<string, unknown> = {}): MqttSource =>
  Source.parse({
    connector: 'mqtt',
    name: 'sensors',
    address: server.address,
    clientId,
    topics: [`${clientId}/#`],
    credentials: { username: 'env:MQTT_USER', password: 'env:MQTT_PASSWORD' },
    window: { seconds: 10, lateSeconds: 0 },
    idleMs: 400,
    label: { from: 'field', field: 'label' },
    ...section,
  }) as MqttSource;

/** A collection: its records, and the cursor that is published with them unless the collector died before. */
const collect = async (
  source: MqttSource,
  cursor: Cursor,
  dies?: 'before-publishing' | 'before-acknowledging',
) => {
  const context = contextOf(cursor);
  const pages: Page[] = [];
  for await (const page of mqtt.read(source, context)) {
    pages.push(page);
    if (page.records.length > 0) continue;
    if (dies === undefined) for (const each of pages) await each.acknowledge?.();
    break;
  }
  const records = pages.flatMap(({ records }) => [...records]);
  return dies === 'before-publishing'
    ? { records: [], cursor, lines: context.lines }
    : { records, cursor: pages.at(-1)!.cursor, lines: context.lines };
};

const START_MS = Date.UTC(2026, 0, 1);
const at = (seconds: number): string => new Date(START_MS + seconds * 1000).toISOString();

const publish = (topic: string, payload: unknown, qos: 1 | 2 = 1) =>
  sensors.publishAsync(topic, typeof payload === 'string' ? payload : JSON.stringify(payload), { qos });

const rowOf = ({ raw }: RawRecord) =>
  JSON.parse(Buffer.from(raw!).toString('utf8')) as Record<string, unknown>;

/** Sum and number of messages in all windows of the records. */
const counted = (records: readonly RawRecord[]) =>
  records
    .filter(({ fault }) => fault === null)
    .map(rowOf)
    .reduce<{ messages: number; sum: number }>(
      ({ messages, sum }, row) => ({
        messages: messages + Number(row['messages']),
        sum: sum + Number(row['value.mean']) * Number(row['value.count']),
      }),
      { messages: 0, sum: 0 },
    );

describe('mqtt', () => {
  it(
    'gathers windows of seconds of each sensor, by the messages’ own time and in any order',
    async () => {
      const source = sourceOf('hall', { window: { seconds: 10, lateSeconds: 5, raw: true } });
      const { cursor } = await collect(source, null);
      for (const [seconds, value] of [
        [1, 20],
        [9, 22],
        [3, 24],
        [12, 30],
      ] as const)
        await publish('hall/a', { time: at(seconds), value, unit: 'C' });
      await publish('hall/b', { time: (START_MS + 4000) / 1000, temperature: 5.5, humidity: 40 });
      await publish('hall/b', { time: START_MS + 15_000, temperature: 6 });
      const first = await collect(source, cursor);
      expect(first.records.map(rowOf)).toEqual([
        {
          sensor: 'hall/a',
          from: at(0),
          to: at(10),
          messages: 3,
          unit: 'C',
          'value.mean': 22,
          'value.min': 20,
          'value.max': 24,
          'value.std': 2,
          'value.last': 22,
          'value.count': 3,
          samples: [
            { time: at(1), value: 20 },
            { time: at(3), value: 24 },
            { time: at(9), value: 22 },
          ],
        },
        expect.objectContaining({
          sensor: 'hall/b',
          messages: 1,
          'temperature.mean': 5.5,
          'humidity.std': null,
        }),
      ]);
      await publish('hall/a', { time: at(8), value: 99 });
      await publish('hall/a', { time: at(26), value: 40 });
      const second = await collect(source, first.cursor);
      expect(second.records.map(({ fault, path }) => [fault, path])).toEqual([
        ['late', 'hall/a'],
        [null, 'hall/a'],
        [null, 'hall/b'],
      ]);
      expect(second.records.slice(1).map(rowOf)).toMatchObject([
        { 'value.last': 30 },
        { 'temperature.last': 6 },
      ]);
    },
    MINUTES,
  );

  it(
    'quarantines what is no measurement, and takes bare numbers with the time of their arrival',
    async () => {
      const source = sourceOf('odd', { window: { messages: 2 }, sensorField: undefined });
      const { cursor } = await collect(source, null);
      for (const payload of [
        '{',
        'null',
        '{"time":"yesterday","value":1}',
        '{"text":"no number"}',
        '21.5',
        '22.5',
      ])
        await publish('odd/x', payload);
      await publish('odd/x', { time: '2999-01-01T00:00:00Z', value: 1 });
      const { records } = await collect(source, cursor);
      expect(records.map(({ fault }) => fault)).toEqual([
        'malformed-json',
        'not-a-measurement',
        'malformed-time',
        'not-a-measurement',
        'in-the-future',
        null,
      ]);
      expect(rowOf(records.at(-1)!)).toMatchObject({ 'value.mean': 22, messages: 2 });
    },
    MINUTES,
  );

  it.each([1, 2] as const)(
    'counts each of thousands of messages published with QoS %d once, though collectors die and the broker is restarted',
    async (qos) => {
      const source = sourceOf(`many${qos}`, { window: { seconds: 10, lateSeconds: 0 } });
      let { cursor } = await collect(source, null);
      const seen = new Map<string, RawRecord>();
      const deaths = [
        undefined,
        'before-publishing',
        undefined,
        'before-acknowledging',
        'before-acknowledging',
        undefined,
      ] as const;
      const PER_ROUND = 600;
      const SENT_AT_ONCE = 10;
      for (const [round, dies] of deaths.entries()) {
        // Fewer at a time than Mosquitto holds in flight for a client, 20.
        for (let sent = 0; sent < PER_ROUND; sent += SENT_AT_ONCE)
          await Promise.all(
            Array.from({ length: SENT_AT_ONCE }, (_, index) => {
              const number = round * PER_ROUND + sent + index;
              return publish(`many${qos}/s${number % 5}`, { time: at(number / 10), value: number }, qos);
            }),
          );
        const collected = await collect(source, cursor, dies);
        ({ cursor } = collected);
        // As the collector does: records that the chain holds already are left out.
        for (const record of collected.records) seen.set(record.sha256, record);
        if (round === 2) {
          await sensors.endAsync(true);
          await server.restart();
          await plug();
        }
      }
      await publish(`many${qos}/s0`, { time: at(10_000), value: 0 }, qos);
      for (const record of (await collect(source, cursor)).records) seen.set(record.sha256, record);
      const total = deaths.length * PER_ROUND;
      const records = [...seen.values()];
      // What the broker had sent when a collection ended may come after its window was published.
      const late = records.filter(({ fault }) => fault !== null);
      expect(late.every(({ fault }) => fault === 'late')).toBe(true);
      const windows = records.filter(({ fault }) => fault === null).map(rowOf);
      expect(new Set(windows.map((row) => `${row['sensor']} ${row['from']}`)).size).toBe(windows.length);
      const { messages, sum } = counted(records);
      expect(messages + late.length).toBe(total);
      const lateSum = late.map(rowOf).reduce((all, row) => all + Number(row['value']), 0);
      expect(sum + lateSum).toBeCloseTo((total * (total - 1)) / 2, 3);
    },
    3 * MINUTES,
  );

  it(
    'counts each message once in windows of messages too, and keeps what does not fill one',
    async () => {
      const source = sourceOf('count', { window: { messages: 7, raw: true } });
      let { cursor } = await collect(source, null);
      const seen = new Map<string, RawRecord>();
      for (const [round, dies] of (
        [undefined, 'before-acknowledging', 'before-publishing', undefined] as const
      ).entries()) {
        for (let index = 0; index < 50; index += 1)
          await publish('count/s', { time: at(round * 50 + index), value: round * 50 + index });
        const collected = await collect(source, cursor, dies);
        ({ cursor } = collected);
        for (const record of collected.records) seen.set(record.sha256, record);
      }
      const values = [...seen.values()]
        .map(rowOf)
        .flatMap((row) => (row['samples'] as { value: number }[]).map(({ value }) => value));
      expect(values).toEqual(Array.from({ length: 196 }, (_, index) => index));
    },
    2 * MINUTES,
  );

  it(
    'says so when the broker has dropped the session',
    async () => {
      const source = sourceOf('gone');
      const first = await collect(source, null);
      const { password, address } = server;
      const other = await connectAsync(`mqtt://${address}`, {
        username: MQTT_USER,
        password,
        clientId: 'gone',
        clean: true,
      });
      await other.endAsync();
      const { records, lines } = await collect(source, first.cursor);
      expect(records).toMatchObject([{ fault: 'session-lost', path: 'gone' }]);
      expect(lines).toContainEqual(
        expect.objectContaining({ fields: expect.objectContaining({ code: 'SOURCE_GAP' }) }),
      );
    },
    MINUTES,
  );

  it(
    'speaks TLS, and says what is wrong and what it finds',
    async () => {
      const tls = { ca: 'env:MQTT_CA', serverName: 'localhost' };
      const secured = sourceOf('tls', { address: server.tlsAddress, tls });
      expect((await mqtt.test(secured, contextOf(null))).found).toMatch(
        /^an MQTT 5 broker at 127\.0\.0\.1:\d+ that grants 1 /,
      );
      await expect(
        collect(sourceOf('tls', { address: server.tlsAddress, tls: {} }), null),
      ).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
      const credentials = { username: 'env:MQTT_USER', password: 'env:WRONG' };
      await expect(collect(sourceOf('wrong', { credentials }), null)).rejects.toMatchObject({
        code: 'SOURCE_REFUSED',
      });
      await expect(collect(sourceOf('none', { address: '127.0.0.1:1' }), null)).rejects.toMatchObject({
        code: 'SOURCE_UNREACHABLE',
      });
      const full = sourceOf('full', { messagesMax: 5, window: { seconds: 1000 } });
      await collect(full, null);
      for (let index = 0; index < 10; index += 1) await publish('full/x', { time: at(index), value: 1 });
      await expect(collect(full, null)).rejects.toThrow('raise messagesMax');
      const controller = new AbortController();
      const next = mqtt
        .read(sourceOf('slow', { idleMs: 60_000 }), contextOf(null, controller.signal))
        [Symbol.asyncIterator]()
        .next();
      setTimeout(() => controller.abort(), 200);
      await expect(next).rejects.toMatchObject({ code: 'CANCELLED' });
    },
    MINUTES,
  );
});

let places = 0;

/** A window a message, so that each has a record of its own. */
connectorSuite({
  name: 'mqtt',
  credentials: true,
  remote: true,
  start: async () => ({
    secrets: {
      'env:MQTT_USER': MQTT_USER,
      'env:MQTT_PASSWORD': server.password,
      'env:WRONG': 'wrong-password',
    },
    place: async () => {
      const clientId = `suite-${places++}`;
      const section = (password: string, address = server.address) => ({
        connector: 'mqtt',
        address,
        clientId,
        topics: [`${clientId}/#`],
        credentials: { username: 'env:MQTT_USER', password },
        window: { messages: 1 },
        idleMs: 500,
        label: { from: 'field', field: 'label' },
      });
      const source = section('env:MQTT_PASSWORD');
      // The broker keeps messages from the first collection on.
      await collect(sourceOf(clientId, source), null);
      const put = (number: number, more = '') =>
        publish(`${clientId}/s${number % 3}`, {
          text: `item-${number} ${more}`,
          label: number % 2 === 0 ? 'ham' : 'spam',
          value: number,
          time: at(number),
        });
      return {
        source,
        refused: section('env:WRONG'),
        unreachable: section('env:MQTT_PASSWORD', '127.0.0.1:1'),
        add: async (numbers) => {
          for (const number of numbers) await put(number);
        },
        addLarge: async (number, bytes) => void (await put(number, 'x'.repeat(bytes))),
      };
    },
    stop: async () => undefined,
  }),
});
