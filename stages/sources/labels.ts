import picomatch from 'picomatch';
import { countedLabels, entityLabels, plumblineError, type Source } from '../../contracts/index.js';
import { parseEntities, parseSpan } from '../annotations.js';
import type { RawRecord } from './connectors/connector.js';

type Place = Pick<RawRecord, 'path' | 'position' | 'field'>;

/** What a record is labelled with. */
export interface RecordLabel {
  /** As `SourceRecord` keeps it; undefined when the record has none. */
  readonly label: string | undefined;
  /** The labels it counts for: its own, or each of its entities'. */
  readonly counted: readonly string[];
  /** Why its annotation cannot be read, or null. */
  readonly fault: string | null;
}

type Reader = (record: Place) => RecordLabel;

const ofLabel = (label: string | undefined, fault: string | null = null): RecordLabel => ({
  label,
  counted: label === undefined ? [] : [label],
  fault,
});

/** Of several path rules the first that matches counts. */
const readerOf = ({ label: rule }: Source): Reader => {
  switch (rule.from) {
    case 'path': {
      const matchers = rule.rules.map(({ glob, label }) => ({
        matches: picomatch(glob, { dot: true }),
        label,
      }));
      return ({ path }) => ofLabel(matchers.find(({ matches }) => matches(path))?.label);
    }
    case 'field':
      return (record) => ofLabel(record.field(rule.field));
    case 'entities':
      return (record) => {
        const parsed = parseEntities(record.field(rule.field));
        if (parsed.fault !== null) return { label: '', counted: [], fault: parsed.fault };
        const label = entityLabels(parsed.value);
        return { label, counted: countedLabels({ label, entities: parsed.value }), fault: null };
      };
    case 'relation':
      return (record) => {
        const spans = [rule.head, rule.tail].map((field) => parseSpan(record.field(field)));
        return ofLabel(record.field(rule.field), spans.find(({ fault }) => fault !== null)?.fault ?? null);
      };
  }
};

/** Finds records' labels by the rule of their source. */
export const createLabeller = (source: Source, labels: readonly string[]) => {
  const { label: rule } = source;
  const find = readerOf(source);
  return {
    find,
    /** @throws LABEL_UNKNOWN when a readable record has no label, or one that the pipeline does not list */
    require: (record: Place): RecordLabel => {
      const found = find(record);
      if (found.fault !== null) return found;
      const unknown = found.counted.find((label) => !labels.includes(label));
      if (found.label !== undefined && unknown === undefined) return found;
      refuse(record, unknown);
    },
  };

  function refuse(record: Place, label: string | undefined): never {
    const found = label === undefined ? 'no label' : `label "${label}"`;
    const where = rule.from === 'path' ? 'no path rule matches' : `field "${rule.field}"`;
    throw plumblineError(
      'LABEL_UNKNOWN',
      `source ${source.name}: ${record.path} (record ${record.position}) has ${found}` +
        `${label === undefined ? ` (${where})` : ''}; allowed are ${labels.join(', ')}`,
      {
        details: {
          source: source.name,
          file: record.path,
          position: record.position,
          found: label ?? null,
          labels,
        },
      },
    );
  }
};

/** The group of records that have none. */
export const NO_GROUP = 'none';

/** The group a record is sliced by; a file that lies in the root itself belongs to the source's group. */
export const groupOf = (source: Source, record: Place): string => {
  if (source.group.from === 'source') return source.name;
  if (source.group.from === 'field') return record.field(source.group.field) || NO_GROUP;
  const folder = record.path.split('/').slice(0, -1).join('/');
  return folder === '' ? source.name : folder;
};
