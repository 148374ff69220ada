import type { DatasetDiff } from '../../../contracts/index.js';
import { count, table } from '../format.js';

/** A dataset diff as a person reads it. */
export const diffReport = ({ from, to, rows, changes, batches, settings }: DatasetDiff): string => {
  const sections = [
    `${from}: ${count(rows.from)} rows\n${to}: ${count(rows.to)} rows`,
    `${count(rows.added)} added, ${count(rows.removed)} removed, ${count(rows.changed)} changed, ${count(rows.same)} the same`,
  ];
  if (changes.length > 0)
    sections.push(
      table([
        ['CHANGE', 'ROWS', 'REASON'],
        ...changes.map(({ change, rows: some, reason }) => [change, count(some), reason]),
      ]),
      changes
        .map(
          ({ change, reason, examples }) =>
            `${change}: ${reason}\n${examples.map((id) => `  ${id}`).join('\n')}`,
        )
        .join('\n'),
    );
  if (batches.added.length + batches.removed.length > 0)
    sections.push(
      [
        ...batches.added.map((id) => `batch ${id} only in the second`),
        ...batches.removed.map((id) => `batch ${id} only in the first`),
      ].join('\n'),
    );
  if (settings.length > 0)
    sections.push(settings.map((setting) => `${setting.path}: ${setting.from} -> ${setting.to}`).join('\n'));
  return sections.join('\n\n');
};
