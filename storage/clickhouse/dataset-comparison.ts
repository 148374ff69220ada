import { z } from 'zod';
import { RowChange } from '../../contracts/index.js';
import type { RowComparison } from '../../stages/datasets/ports.js';
import { type RowStore, rowQuery } from './client.js';
import { WHOLE } from './limits.js';

/** Record ids that are told of each reason. */
const EXAMPLES = 5;

/**
 * One pass over both versions' rows and decisions, grouped by record; texts are compared by their 128-bit SipHash, so
 * that memory does not grow with their length. A cluster that took another name is no change of its row.
 */
const compareRows = rowQuery({
  name: 'rows of two datasets compared',
  sql: `WITH sides AS (
      SELECT record_id, dataset_id = {to:String} AS later, 'row' AS kind, sipHash128(text) AS text, label,
        \`group\`, split, ifNull(entities, '') AS entities, ifNull(toString(sent_at), '') AS sent, '' AS rule, '' AS reason
      FROM {database:Identifier}.dataset_rows_v1 FINAL WHERE dataset_id IN ({from:String}, {to:String})
      UNION ALL
      SELECT record_id, dataset_id = {to:String} AS later, action AS kind, sipHash128('') AS text, '' AS label,
        '' AS \`group\`, '' AS split, '' AS entities, '' AS sent, rule, reason
      FROM {database:Identifier}.dataset_decisions_v1 FINAL WHERE dataset_id IN ({from:String}, {to:String})
    ), records AS (
      SELECT record_id,
        countIf(kind = 'row' AND NOT later) > 0 AS was, countIf(kind = 'row' AND later) > 0 AS stays,
        minIf(reason, kind = 'dropped' AND NOT later) AS dropped_before,
        minIf(reason, kind = 'dropped' AND later) AS dropped_after,
        arraySort(groupUniqArrayIf(rule, kind = 'changed' AND NOT later)) AS rules_before,
        arraySort(groupUniqArrayIf(rule, kind = 'changed' AND later)) AS rules_after,
        arrayFilter(member -> member != '', [
          if(uniqExactIf(text, kind = 'row') > 1, 'text', ''), if(uniqExactIf(label, kind = 'row') > 1, 'label', ''),
          if(uniqExactIf(\`group\`, kind = 'row') > 1, 'group', ''), if(uniqExactIf(split, kind = 'row') > 1, 'split', ''),
          if(uniqExactIf(entities, kind = 'row') > 1, 'entities', ''), if(uniqExactIf(sent, kind = 'row') > 1, 'sentAt', '')
        ]) AS differing
      FROM sides GROUP BY record_id
    )
    SELECT multiIf(NOT was, 'added', NOT stays, 'removed', 'changed') AS change,
      multiIf(
        NOT was, if(dropped_before = '', 'not among the records of the first version', concat('the first version dropped it: ', dropped_before)),
        NOT stays, if(dropped_after = '', 'not among the records of the second version', concat('the second version dropped it: ', dropped_after)),
        concat(arrayStringConcat(differing, ', '),
          if(has(differing, 'text') AND rules_before != rules_after,
            concat(' (rules that changed it: ', if(empty(rules_before), 'none', arrayStringConcat(rules_before, ' ')), ' -> ',
              if(empty(rules_after), 'none', arrayStringConcat(rules_after, ' ')), ')'), ''))
      ) AS reason,
      count() AS rows, groupArraySorted(${EXAMPLES})(record_id) AS examples
    FROM records WHERE (was OR stays) AND NOT (was AND stays AND empty(differing))
    GROUP BY change, reason`,
  params: z.object({ from: z.string(), to: z.string() }),
  row: RowChange,
  ...WHOLE,
});

export const datasetComparison = (rows: RowStore): RowComparison => ({
  compare: (from, to) => rows.read(compareRows, { from, to }),
});
