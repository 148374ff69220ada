import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { findOperator, ruleOf } from './lookup.js';
import { OPERATORS } from './table.js';

describe('the operator table', () => {
  it('holds every rule that a file of this folder exports', async () => {
    const folder = new URL('.', import.meta.url);
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.includes('.test.'));
    const rules = new Set<unknown>(Object.values(OPERATORS));
    const missing: string[] = [];
    for (const file of files) {
      const exported = (await import(`./${file.replace(/\.ts$/, '.js')}`)) as Record<string, unknown>;
      for (const [name, value] of Object.entries(exported)) {
        const isRule = typeof value === 'object' && value !== null && 'infer' in value && 'flops' in value;
        if (isRule && !rules.has(value)) missing.push(`${file}: ${name}`);
      }
    }
    expect(missing).toEqual([]);
  });

  it('states a reason wherever there is no gradient', () => {
    for (const { gradient } of Object.values(OPERATORS)) {
      if (typeof gradient !== 'function') expect(gradient.notDifferentiable.length).toBeGreaterThan(10);
    }
  });

  it('finds an operator in every opset that meant the same', () => {
    expect(findOperator('', 'Add', 20)).toBe('Add-14');
    expect(findOperator('', 'Reshape', 17)).toBe('Reshape-19');
    // Softmax flattened its operand before opset 13.
    expect(findOperator('', 'Softmax', 12)).toBeUndefined();
    expect(findOperator('', 'Gelu', 19)).toBeUndefined();
    expect(findOperator('com.microsoft', 'FusedMatMul', undefined)).toBeUndefined();
    expect(() => ruleOf('toString')).toThrow(expect.objectContaining({ code: 'OPERATOR_UNSUPPORTED' }));
  });
});
