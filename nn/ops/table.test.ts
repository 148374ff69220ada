import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { resolveOperator, ruleOf } from './lookup.js';
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

  it('gives an operator the newest meaning that is not newer than the opset', () => {
    expect(resolveOperator('', 'Add', 20)).toBe('Add-14');
    expect(() => resolveOperator('', 'Gelu', 19)).toThrow(/Gelu of opset 19 is not known/);
    expect(() => resolveOperator('com.microsoft', 'FusedMatMul', undefined)).toThrow(/not imported/);
    expect(() => ruleOf('toString')).toThrow(expect.objectContaining({ code: 'OPERATOR_UNSUPPORTED' }));
  });
});
