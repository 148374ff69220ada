import type { Pipeline } from '../../../contracts/index.js';
import { testPipeline } from '../../testing/index.js';

/** A section of a pipeline file, under the name `source`. */
export type SourceSection = Readonly<Record<string, unknown>>;

/** A fresh, empty place on the other side (a table, a topic, a folder), and the source that reads it. */
export interface ConnectorPlace {
  /** Its records have the label ham or spam. */
  readonly source: SourceSection;
  /** Adds a record a number, in this order. Its raw bytes hold `item-<number>`, and no other record's do. */
  add(numbers: readonly number[]): Promise<void>;
  /** The same with a record of more than so many bytes. */
  addLarge(number: number, bytes: number): Promise<void>;
  /** The source with credentials that the other side refuses; needed where the suite says `credentials`. */
  readonly refused?: SourceSection;
  /** The source at an address where nobody listens; needed where the suite says `remote`. */
  readonly unreachable?: SourceSection;
  /** What `test` must leave as it is, beside the records themselves: positions of consumers, sessions, … */
  state?(): Promise<unknown>;
}

export interface ConnectorServer {
  /** Values of the references (`env:NAME`) that sources name, 12 characters or more: they are searched for everywhere. */
  readonly secrets: Readonly<Record<string, string>>;
  place(): Promise<ConnectorPlace>;
  stop(): Promise<void>;
}

/** The pipeline of a source, as its user would have it. */
export const pipelineOf = (source: SourceSection): Pipeline =>
  testPipeline('', {}, { sources: [{ ...source, name: 'source' }] });
