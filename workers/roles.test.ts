import { describe, expect, it } from '@jest/globals';
import { QUEUES } from '../temporal.config.js';
import { parseRoles, queueOf, ROLES, type RoleName } from './roles.js';

describe('worker roles', () => {
  it('are read from a list, each once', () => {
    expect(parseRoles('control, cpu,cpu')).toEqual(['control', 'cpu']);
  });

  it.each(['', 'tpu', 'cpu,tpu', 'toString'])('refuse "%s" and name what there is', (text) => {
    expect(() => parseRoles(text)).toThrow(/control, cpu, gpu/);
  });

  it('serve every queue between them', () => {
    const served = (Object.keys(ROLES) as RoleName[]).map(queueOf);
    expect(served.sort()).toEqual(Object.values(QUEUES).sort());
  });
});
