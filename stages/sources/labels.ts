import picomatch from 'picomatch';
import { type FilesSource, plumblineError } from '../../contracts/index.js';
import type { RawRecord } from './connectors/connector.js';

type Place = Pick<RawRecord, 'path' | 'position' | 'field'>;

/** Finds a record's label; of several path rules the first that matches counts. */
export const createLabeller = (source: FilesSource, labels: readonly string[]) => {
  const { label: rule } = source;
  const matchers =
    rule.from === 'path'
      ? rule.rules.map(({ glob, label }) => ({ matches: picomatch(glob, { dot: true }), label }))
      : [];
  const find = (record: Place): string | undefined =>
    rule.from === 'path'
      ? matchers.find(({ matches }) => matches(record.path))?.label
      : record.field(rule.field);
  return {
    /** @returns undefined when the record has no label. */
    find,
    /** @throws LABEL_UNKNOWN when it has none, or one that the pipeline does not list */
    require: (record: Place): string => {
      const label = find(record);
      if (label !== undefined && labels.includes(label)) return label;
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
    },
  };
};

/** The group of records that have none. */
export const NO_GROUP = 'none';

/** The group a record is sliced by; a file that lies in the root itself belongs to the source's group. */
export const groupOf = (source: FilesSource, record: Place): string => {
  if (source.group.from === 'source') return source.name;
  if (source.group.from === 'field') return record.field(source.group.field) || NO_GROUP;
  const folder = record.path.split('/').slice(0, -1).join('/');
  return folder === '' ? source.name : folder;
};
