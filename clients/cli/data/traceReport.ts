import type { Trace, TracedRecord } from '../../../contracts/index.js';
import { count, table } from '../format.js';

const recordReport = ({ recordId, places, datasets }: TracedRecord): string =>
  [
    `record ${recordId}`,
    ...places.map(
      ({ pipeline, source, path, position, bytes, batchId, quarantineReason }) =>
        `  from ${pipeline}/${source}: ${path}, record ${position}, ${count(bytes)} bytes, in batch ${batchId}${quarantineReason === null ? '' : `; quarantined: ${quarantineReason}`}`,
    ),
    ...datasets.flatMap(({ datasetId, split, label, decisions }) => [
      `  ${split === null ? 'dropped from' : `${split} row, label ${label}, of`} dataset ${datasetId}`,
      ...decisions.map(
        ({ action, rule, reason, relatedRecordId }) =>
          `    ${action} by ${rule}: ${reason}${relatedRecordId === null ? '' : ` (see record ${relatedRecordId})`}`,
      ),
    ]),
  ].join('\n');

/** A trace as a person reads it. */
export const traceReport = (trace: Trace): string => {
  const { id, kind, statement, prediction, records, cameFrom, learntFrom, datasets, models } = trace;
  const sections = [`${kind} ${id}\n${statement}`];
  if (prediction !== null)
    sections.push(
      `answered ${prediction.predicted} at ${prediction.at} by ${prediction.model}, version ${prediction.modelVersion}\ndigest of the text: ${prediction.textDigest}`,
    );
  sections.push(...records.map(recordReport));
  if (learntFrom.length > 0)
    sections.push(
      learntFrom
        .map(({ datasetId, rows }) => `learnt from ${count(rows)} training rows of dataset ${datasetId}`)
        .join('\n'),
    );
  if (cameFrom.length > 0)
    sections.push(
      `came from\n${cameFrom.map((node) => `  ${node.kind} ${node.id}${node.madeFrom.map((from) => `\n    <- ${from}`).join('')}`).join('\n')}`,
    );
  if (datasets.length > 0)
    sections.push(`datasets made from it\n${datasets.map((each) => `  ${each}`).join('\n')}`);
  if (models.length > 0)
    sections.push(
      table([
        ['MODEL', 'VERSION', 'ID', 'ALIASES', 'USE'],
        ...models.map(({ model, version, modelVersionId, aliases, use, certain }) => [
          model,
          String(version),
          modelVersionId,
          aliases.join(','),
          `${use.join(', ')}${certain ? '' : ' (not certain)'}`,
        ]),
      ]),
    );
  return sections.join('\n\n');
};
