import { describe, expect, it } from '@jest/globals';
import { columnName, fromColumns, toColumns } from './naming.js';

describe('column names', () => {
  it('are snake_case, and lead back to the members they came from', () => {
    expect(columnName('validationMacroF1')).toBe('validation_macro_f1');
    expect(columnName('alarmsInARow')).toBe('alarms_in_a_row');
    const row = { recordId: 1, validationMacroF1: 2, alarmsInARow: 3, at: 4, pValue: 5 };
    expect(fromColumns(toColumns(row))).toEqual(row);
  });
});
