import type { Draft } from '../rules/rule.js';

/** A draft that nothing has been done to, but for what is given. */
export const testDraft = (overrides: Partial<Draft> = {}): Draft => ({
  recordId: 'a'.repeat(64),
  format: 'jsonl',
  label: '',
  group: 'g',
  textFields: ['text'],
  labelledBy: { from: 'field', field: 'label' },
  raw: new Uint8Array(0),
  subject: '',
  bodies: [],
  text: '',
  sentAt: null,
  ...overrides,
});
