import { z } from 'zod';
import { type MqttSource, plumblineError } from '../../../../contracts/index.js';
import { sha256Hex } from '../../../digest.js';
import type { Cursor } from '../connector.js';
import type { Publication } from './session.js';

/** 48 bits: of a million messages that come again, none is likely to bear another's mark. */
const MARK_CHARACTERS = 8;
/** So that the marks of a collection stay under 12 KiB, and the cursor under 16. */
export const MARKS_MAX = 1500;

const MqttCursor = z.strictObject({
  /** End of the last window of seconds that is published. */
  closedMs: z.number().nullable(),
  /**
   * Marks of the messages that were acknowledged last, in their order: should the acknowledgements have been lost, they
   * come again, and nothing else tells that they were counted.
   */
  marks: z.string(),
});
export type MqttCursor = z.infer<typeof MqttCursor>;

/** @throws SOURCE_UNREADABLE when it is no cursor of this connector */
export const parseCursor = (source: MqttSource, cursor: Cursor): MqttCursor => {
  const parsed = MqttCursor.safeParse(cursor ?? { closedMs: null, marks: '' });
  if (parsed.success) return parsed.data;
  throw plumblineError('SOURCE_UNREADABLE', `source ${source.name}: its cursor is none of MQTT's`);
};

/** The same for every delivery of a message: brokers repeat it under the packet identifier it had. */
export const markOf = ({ packetId, topic, payload }: Publication): string =>
  Buffer.from(sha256Hex(Buffer.concat([Buffer.from(`${packetId} ${topic} `), payload])), 'hex')
    .toString('base64url')
    .slice(0, MARK_CHARACTERS);

export const marksIn = ({ marks }: MqttCursor): ReadonlySet<string> =>
  new Set(marks.match(new RegExp(`.{${MARK_CHARACTERS}}`, 'g')));
