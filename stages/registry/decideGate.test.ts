import { beforeEach, describe, expect, it } from '@jest/globals';
import { decideGate } from './decideGate.js';
import { deployVersion } from './deployVersion.js';
import { rollbackAlias } from './rollbackAlias.js';
import { entityPipelineFixture, plantEntityVersion } from './testing/entityFixtures.js';
import { LABELS, pipelineFixture, plantDataset, plantVersion } from './testing/fixtures.js';
import { type RegistryWorld, registryWorld } from './testing/memory.js';

const pipeline = pipelineFixture({ promotion: { gate: { minimum: 0.6 } } });
const who = { by: 'ada', reason: 'the report' };
const at = (world: RegistryWorld, now: string): RegistryWorld => ({ ...world, now });
const rejection = (code: string) => expect.objectContaining({ code });

let world: RegistryWorld;
let datasetId: string;
const version = (generation: string, everyWrong: number) =>
  plantVersion(world, pipeline, datasetId, { generation, everyWrong });
const gate = (modelVersionId: string) => decideGate({ ctx: world, input: { pipeline, modelVersionId } });
const promote = async (modelVersionId: string) => {
  const { decisionId } = await gate(modelVersionId);
  return deployVersion({ ctx: world, input: { pipeline, modelVersionId, decisionId, ...who } });
};
/** Deploys versions without asking the gate, as history. */
const deployed = async (...versions: readonly string[]) => {
  for (const modelVersion of versions) {
    const state = await world.catalog.alias('mail-triage', 'production');
    await world.catalog.deploy(
      {
        kind: 'Deployment',
        model: 'mail-triage',
        alias: 'production',
        modelVersion,
        previous: state?.modelVersionId ?? null,
        action: 'promote',
        evidence: null,
        ...who,
        at: world.now,
      },
      state?.revision ?? 0,
    );
  }
};
const production = async () => (await world.catalog.alias('mail-triage', 'production'))?.modelVersionId;

beforeEach(async () => {
  world = registryWorld();
  datasetId = await plantDataset(world, pipeline);
});

describe('decideGate', () => {
  it('compares finders of entities by what they found, on the same rows', async () => {
    const rules = { promotion: { gate: { minimum: 0.4 } }, labels: ['PER', 'ORG'] };
    const names = entityPipelineFixture(rules);
    const dataset = await plantDataset(world, names, 'names');
    const found = (generation: string, everyWrong: number) =>
      plantEntityVersion(world, names, dataset, { generation, everyWrong });
    const input = (modelVersionId: string) => ({ pipeline: names, modelVersionId });
    const champion = await found('champion', 2);
    const first = await decideGate({ ctx: world, input: input(champion) });
    expect(first.reasons[0]).toBe('Entity F1 0.5000 on 12 test rows reaches the minimum of 0.4.');
    await deployVersion({
      ctx: world,
      input: { ...input(champion), decisionId: first.decisionId, ...who },
    });
    const better = await decideGate({ ctx: world, input: input(await found('better', 100)) });
    expect(better.outcome).toBe('passed');
    expect(better.reasons[1]).toMatch(/better than version 1, which is production and reaches 0\.5000/);
    expect((await decideGate({ ctx: world, input: input(await found('worse', 1)) })).outcome).toBe('refused');
  });

  it('refuses to compare with a champion of another task', async () => {
    await deployed(await version('champion', 2));
    const names = entityPipelineFixture({ labels: ['PER', 'ORG'] });
    const dataset = await plantDataset(world, names, 'names');
    const modelVersionId = await plantEntityVersion(world, names, dataset, {
      generation: 'n',
      everyWrong: 2,
    });
    await expect(
      decideGate({ ctx: world, input: { pipeline: names, modelVersionId } }),
    ).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: expect.stringContaining('another task'),
    });
  });

  it('lets the first version through when it reaches the minimum, and not below it', async () => {
    expect(await gate(await version('good', 6))).toMatchObject({ outcome: 'passed' });
    const refused = await gate(await version('bad', 2));
    expect(refused.outcome).toBe('refused');
    expect(refused.reasons.join(' ')).toContain('below the minimum of 0.6');
  });

  it('lets a clearly better version through and refuses one not shown to be better', async () => {
    await deployed(await version('champion', 2));
    const better = await gate(await version('better', 100));
    expect(better.outcome).toBe('passed');
    expect(better.reasons.join(' ')).toContain('It is better than version 1');
    const close = await gate(await version('close', 3));
    expect(close.outcome).toBe('refused');
  });

  it('says unchanged for the version that holds the alias', async () => {
    const champion = await version('champion', 6);
    await deployed(champion);
    expect(await gate(champion)).toMatchObject({ outcome: 'unchanged' });
  });

  it('run twice gives the same decision', async () => {
    await deployed(await version('champion', 2));
    const candidate = await version('better', 100);
    expect(await gate(candidate)).toEqual(await gate(candidate));
  });

  it('asks the champion anew on the test rows of another dataset, without those it learnt from', async () => {
    await deployed(await version('champion', 6));
    const rows = await world.datasets.readRows(datasetId);
    datasetId = await plantDataset(world, pipeline, 'newer rows');
    const test = (await world.datasets.readRows(datasetId)).filter((row) => row.split === 'test');
    const learnt = rows.find((row) => row.split === 'train')!;
    await world.datasets.insertRows(datasetId, [{ ...learnt, split: 'test' }]);
    const candidate = await version('candidate', 100);
    const { decisionId, outcome, reasons } = await gate(candidate);
    expect(outcome).toBe('passed');
    const decision = await world.artifacts.get('GateDecision', decisionId);
    expect(decision.rows).toBe(test.length);
    expect(decision.championMetric).toBeLessThan(0.8);
    expect(reasons.join(' ')).toContain('1 test rows were left out');
  }, 30_000);

  it('refuses a version of another model', async () => {
    const other = pipelineFixture({ name: 'other', labels: LABELS });
    const foreign = await plantVersion(world, other, datasetId, { generation: 'x', everyWrong: 9 });
    await expect(gate(foreign)).rejects.toEqual(rejection('REQUEST_INVALID'));
  });
});

describe('deployVersion', () => {
  it('moves the alias, and run twice gives the same deployment', async () => {
    const first = await version('first', 6);
    const deployment = await promote(first);
    expect(await production()).toBe(first);
    expect(await promoteAgain(first)).toEqual(deployment);
    expect(world.catalog.log).toHaveLength(1);
  });
  const promoteAgain = async (modelVersionId: string) => {
    const { evidence } = world.catalog.log[0]!;
    return deployVersion({ ctx: world, input: { pipeline, modelVersionId, decisionId: evidence!, ...who } });
  };

  it('notes when it was decided rather than when the run began', async () => {
    const modelVersionId = await version('first', 6);
    const { decisionId } = await gate(modelVersionId);
    const decidedAt = '2026-11-25T09:30:00.000Z';
    const input = { pipeline, modelVersionId, decisionId, ...who, at: decidedAt };
    await deployVersion({ ctx: world, input });
    expect(world.catalog.log[0]).toMatchObject({ at: decidedAt });
  });

  it('refuses a version that the gate did not let through', async () => {
    const bad = await version('bad', 2);
    await expect(promote(bad)).rejects.toEqual(rejection('DECISION_REFUSED'));
    expect(await production()).toBeUndefined();
  });

  it('refuses a decision against a champion that has been replaced since', async () => {
    await deployed(await version('champion', 2));
    const candidate = await version('candidate', 100);
    const { decisionId } = await gate(candidate);
    const rival = await version('rival', 50);
    world.catalog.interfere = () => deployed(rival);
    const input = { pipeline, modelVersionId: candidate, decisionId, ...who };
    await expect(deployVersion({ ctx: world, input })).rejects.toEqual(rejection('DECISION_REFUSED'));
    expect(await production()).toBe(rival);
  });
});

describe('rollbackAlias', () => {
  const rollback = (now: string, to?: string) =>
    rollbackAlias({ ctx: at(world, now), input: { model: 'mail-triage', alias: 'production', to, ...who } });
  const MONDAY = '2026-11-23T11:00:00.000Z';
  const TUESDAY = '2026-11-24T11:00:00.000Z';
  let versions: string[];
  beforeEach(async () => {
    versions = [await version('a', 6), await version('b', 7), await version('c', 8)];
    await deployed(...versions);
  });

  it('goes one version back at a time, and the same request twice goes back once', async () => {
    const back = await rollback(MONDAY);
    expect(back.modelVersionId).toBe(versions[1]);
    expect(await rollback(MONDAY)).toEqual(back);
    expect((await rollback(TUESDAY)).modelVersionId).toBe(versions[0]);
    await expect(rollback('2026-11-25T11:00:00.000Z')).rejects.toEqual(rejection('MODEL_NOT_FOUND'));
  });

  it('keeps an automatic policy from bringing the version back', async () => {
    const automatic = pipelineFixture({
      promotion: { gate: { minimum: 0.6, margin: -1 }, approval: { mode: 'automatic' } },
    });
    const [, former, current] = versions;
    const outcome = async (modelVersionId: string) =>
      (await decideGate({ ctx: world, input: { pipeline: automatic, modelVersionId } })).outcome;
    await rollback(MONDAY);
    expect(await outcome(current!)).toBe('refused');
    expect(await outcome(former!)).toBe('unchanged');
    expect(await outcome(versions[0]!)).toBe('passed');
    await deployed(current!, former!);
    expect(await outcome(current!)).toBe('passed');
  });

  it('goes back to a named version that held the alias, and to no other', async () => {
    expect((await rollback(MONDAY, versions[0])).modelVersionId).toBe(versions[0]);
    await expect(rollback(TUESDAY, await version('never', 9))).rejects.toEqual(rejection('DECISION_REFUSED'));
  });

  it('looks again once when another change comes between', async () => {
    const [first] = versions;
    world.catalog.interfere = () => deployed(first!);
    expect((await rollback(MONDAY)).modelVersionId).toBe(versions[2]);
    expect(world.catalog.log[0]).toMatchObject({ action: 'rollback', previous: first, ...who, at: MONDAY });
  });

  it('says so when the alias does not exist', async () => {
    const input = { model: 'mail-triage', alias: 'staging', ...who };
    await expect(rollbackAlias({ ctx: world, input })).rejects.toEqual(rejection('MODEL_NOT_FOUND'));
  });
});
