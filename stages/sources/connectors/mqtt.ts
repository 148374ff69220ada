import { randomUUID } from 'node:crypto';
import { type MqttSource, type PlumblineError, plumblineError } from '../../../contracts/index.js';
import { throwIfCancelled } from '../../pace.js';
import type { Connector, ConnectorContext, Page, RawRecord } from './connector.js';
import { type FailureRules, failureOf } from './messaging/failures.js';
import { windowRecord } from './mqtt/aggregate.js';
import { MARKS_MAX, type MqttCursor, markOf, parseCursor } from './mqtt/cursor.js';
import { openSession, type Publication, type Session, type SessionOptions } from './mqtt/session.js';
import { faultOf, type Sorted, sortPublications, timeWindowsOf } from './mqtt/sort.js';
import { closeByCount, closeByTime, type SampleWindow } from './mqtt/windows.js';

/** A page ends with the group of windows that reaches so many records. */
const PAGE_RECORDS = 500;

const RULES: FailureRules = {
  refused: /not authorized|certificate/i,
  unreadable: /unsupported|reason code 0x(85|8f|a1|a2|9e)/,
};

const mqttFailure = (thrown: unknown, source: MqttSource, signal: AbortSignal): PlumblineError =>
  failureOf(thrown, { source: source.name, signal, rules: RULES });

/** Windows that are published together, the messages that are of no further use then, and the place after them. */
interface Step {
  readonly windows: readonly SampleWindow[];
  readonly finished: readonly Publication[];
  readonly cursor: MqttCursor;
}

const stepsByTime = (
  source: MqttSource,
  { samples, settled }: Sorted,
  cursor: MqttCursor,
): readonly Step[] => {
  const time = timeWindowsOf(source);
  if (time === null) return [];
  let marks = settled.map(markOf);
  return closeByTime(samples, time, cursor.closedMs ?? -Infinity).map(({ endMs, windows, finished }) => {
    const publications = finished.map(({ publication }) => publication);
    // Acknowledgements are sent in this order, so those that are lost are the last.
    marks = [...marks, ...publications.map(markOf)].slice(-MARKS_MAX);
    return { windows, finished: publications, cursor: { closedMs: endMs, marks: marks.join('') } };
  });
};

const stepsByCount = (source: MqttSource, { samples, settled }: Sorted): readonly Step[] => {
  const { messages: size, slide = size } = source.window;
  if (size === undefined || slide === undefined) return [];
  let marks = settled.map(markOf);
  const steps: Step[] = [];
  for (const { windows, finished } of closeByCount(samples, { size, slide })) {
    const publications = finished.map(({ publication }) => publication);
    marks = [...marks, ...publications.map(markOf)];
    // What does not fit into the cursor stays unacknowledged for the next collection.
    if (marks.length > MARKS_MAX && steps.length > 0) break;
    steps.push({ windows, finished: publications, cursor: { closedMs: null, marks: marks.join('') } });
  }
  return steps;
};

/** What was published while the broker kept no session for it is lost. */
const lostSession = (
  source: MqttSource,
  cursor: MqttCursor,
  { log }: ConnectorContext,
): readonly RawRecord[] => {
  const since = cursor.closedMs === null ? null : new Date(cursor.closedMs).toISOString();
  log.warn(
    { code: 'SOURCE_GAP', source: source.name, clientId: source.clientId, since },
    'the broker has dropped the session: messages may be lost',
  );
  const lost = Buffer.from(
    JSON.stringify({ clientId: source.clientId, since, marks: cursor.marks.slice(-8) }),
  );
  return [faultOf(source, source.clientId, 0, lost, 'session-lost')];
};

async function* readWindows(
  session: Session,
  source: MqttSource,
  context: ConnectorContext,
): AsyncGenerator<Page> {
  const start = parseCursor(source, context.cursor);
  await session.subscribe();
  const publications = await session.take();
  const sorted = sortPublications(source, publications, start);
  const steps = [...stepsByTime(source, sorted, start), ...stepsByCount(source, sorted)];
  if (publications.length >= source.messagesMax && steps.length === 0 && sorted.settled.length === 0)
    throw plumblineError(
      'SOURCE_UNREADABLE',
      `source ${source.name}: ${publications.length} messages complete no window; raise messagesMax or shorten the window`,
    );
  const acknowledging = (given: readonly Publication[]) => async (): Promise<void> => {
    try {
      await session.acknowledge(given);
    } catch (thrown) {
      throw mqttFailure(thrown, source, context.signal);
    }
  };
  let position = 0;
  let cursor = start;
  let records: RawRecord[] = [...sorted.faults];
  if (context.cursor !== null && !session.resumed) records.push(...lostSession(source, start, context));
  let finished: readonly Publication[] = sorted.settled;
  for (const step of steps) {
    for (const window of step.windows) {
      const record = windowRecord(source, window);
      records.push({ path: window.sensor, position: position++, format: 'jsonl', ...record });
    }
    finished = [...finished, ...step.finished];
    ({ cursor } = step);
    if (records.length < PAGE_RECORDS) continue;
    yield { records, cursor: { ...cursor }, acknowledge: acknowledging(finished) };
    [records, finished] = [[], []];
  }
  if (records.length > 0) {
    yield { records, cursor: { ...cursor }, acknowledge: acknowledging(finished) };
    finished = [];
  }
  // The session is closed after this: acknowledgements come before.
  yield { records: [], cursor: { ...cursor }, acknowledge: acknowledging(finished) };
}

/** Opens a session, which is closed at the end of `work` and when it is cancelled. */
async function* withSession<T>(
  source: MqttSource,
  { secrets, signal }: ConnectorContext,
  options: SessionOptions,
  work: (session: Session) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  throwIfCancelled(signal);
  let session: Session | undefined;
  const close = (): void => void session?.close();
  try {
    session = await openSession(source, secrets, options);
    signal.addEventListener('abort', close, { once: true });
    yield* work(session);
  } catch (thrown) {
    throw mqttFailure(thrown, source, signal);
  } finally {
    signal.removeEventListener('abort', close);
    await session?.close();
  }
}

async function* check(session: Session, { address, topics }: MqttSource) {
  await session.subscribe();
  yield { found: `an MQTT 5 broker at ${address} that grants ${topics.length} topic filter(s)`, fields: [] };
}

/**
 * Windows over what sensors publish. The broker keeps messages in a session, and a message stays unacknowledged until
 * its last window is published: open windows are made again of what comes again (docs/decisions/0010).
 */
export const mqtt: Connector<MqttSource> = {
  mode: () => 'incremental',
  read: (source, context) =>
    withSession(source, context, { clientId: source.clientId, clean: false }, (session) =>
      readWindows(session, source, context),
    ),
  test: async (source, context) => {
    // A session of its own: the source's would be taken over, and messages delivered to nobody.
    const options = { clientId: `plumbline-test-${randomUUID()}`, clean: true };
    for await (const found of withSession(source, context, options, (session) => check(session, source)))
      return found;
    throw plumblineError('SOURCE_UNREACHABLE', `source ${source.name} gave no answer`);
  },
};
