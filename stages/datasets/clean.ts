import {
  type CleaningRecipe,
  canonicalJson,
  type DatasetDecision,
  type Entity,
  entityLabels,
  type Source,
  type SourceRecord,
} from '../../contracts/index.js';
import { mapConcurrently } from '../concurrency.js';
import { createPace } from '../pace.js';
import type { DatasetsContext } from './ports.js';
import { CORPUS_RULES, DRAFT_RULES, exactDuplicate, nearDuplicate } from './rules/index.js';
import { beginPasses, observeAll, observing, type Step } from './rules/passes.js';
import type { Draft, Duplicate } from './rules/rule.js';

export type Decision = Omit<DatasetDecision, 'datasetId'>;

export interface CleanRow extends Pick<Draft, 'recordId' | 'label' | 'group' | 'text' | 'sentAt'> {
  readonly clusterId: string;
  readonly entities?: Entity[];
}

export interface Cleaned {
  /** Ordered by record id. */
  readonly rows: readonly CleanRow[];
  readonly decisions: readonly Decision[];
  readonly nearDuplicateClusters: number;
}

export interface Candidate extends Pick<SourceRecord, 'recordId' | 'format' | 'label' | 'group'> {
  readonly textFields: readonly string[];
  readonly labelledBy: Source['label'];
}

const READS_AT_ONCE = 16;

interface Ruled {
  /** Null when a rule dropped it. */
  readonly draft: Draft | null;
  readonly decisions: readonly Decision[];
}

/** Applies the steps in order until one drops the draft. One decision a rule, with all it did. */
export const applyRules = async (first: Draft, steps: readonly Step[]): Promise<Ruled> => {
  let draft = first;
  const decisions: Decision[] = [];
  for (const step of steps) {
    const outcome = await step.apply(draft);
    const decision = { recordId: draft.recordId, rule: step.name, relatedRecordId: null };
    if (outcome.kind === 'dropped') {
      const reason = reasonWith(outcome.reason, outcome.detail);
      return { draft: null, decisions: [...decisions, { ...decision, action: 'dropped', reason }] };
    }
    draft = outcome.draft;
    if (outcome.changes.length > 0)
      decisions.push({ ...decision, action: 'changed', reason: outcome.changes.join('; ') });
  }
  return { draft, decisions };
};

const reasonWith = (reason: string, detail: string | undefined): string =>
  detail === undefined ? reason : `${reason}: ${detail}`;

/** What drops are counted by: their reason without what was measured. */
export const countedReason = ({ reason }: Pick<Decision, 'reason'>): string => reason.split(': ', 1)[0] ?? '';

/** The draft rules as steps, after those corpus rules that see rows. */
export const stepsOf = (recipe: CleaningRecipe, rowPasses: readonly Step[]): readonly Step[] => [
  ...rowPasses,
  ...DRAFT_RULES.map((rule): Step => ({ name: rule.name, apply: (draft) => rule.apply(draft, recipe) })),
];

/** A candidate with its bytes, before any rule has seen it. */
export const draftOf = (candidate: Candidate, raw: Uint8Array): Draft => ({
  ...candidate,
  raw,
  subject: '',
  bodies: [],
  text: '',
  sentAt: null,
});

const dropDecisions = (rule: string, duplicates: readonly Duplicate[]): Decision[] =>
  duplicates.map(({ recordId, reason, keptRecordId }) => ({
    recordId,
    action: 'dropped',
    rule,
    reason,
    relatedRecordId: keptRecordId,
  }));

const without = <T extends { readonly recordId: string }>(
  rows: readonly T[],
  gone: readonly Duplicate[],
): T[] => {
  const ids = new Set(gone.map(({ recordId }) => recordId));
  return rows.filter(({ recordId }) => !ids.has(recordId));
};

/** Where entities are learnt the label says which are left after the rules. */
const labelled = (draft: Draft): Draft =>
  draft.spans === undefined ? draft : { ...draft, label: entityLabels(draft.spans) };

const annotationOf = ({ label, spans }: Draft): string =>
  spans === undefined ? label : canonicalJson(spans);

/**
 * From raw records to clean rows: decodes, normalises, drops and cuts by the table of rules, and says why.
 * @param candidates differing record ids, ordered by record id
 * @throws OBJECT_NOT_FOUND, OBJECT_CORRUPT, CANCELLED
 */
export const cleanRecords = async (
  ctx: DatasetsContext,
  candidates: readonly Candidate[],
  recipe: CleaningRecipe,
): Promise<Cleaned> => {
  const total = candidates.length;
  const reading = createPace(ctx, { activity: 'cleaning', unit: 'records', total });
  const decoded: Draft[] = [];
  const drafts: Draft[] = [];
  const decisions: Decision[] = [];
  const load = async (candidate: Candidate): Promise<Draft> =>
    draftOf(candidate, await ctx.blobs.get({ sha256: candidate.recordId }));
  const rowPasses = await beginPasses(CORPUS_RULES, 'rows', recipe, ctx);
  const textPasses = await beginPasses(CORPUS_RULES, 'texts', recipe, ctx);
  if (observing(rowPasses))
    for await (const draft of mapConcurrently(candidates, READS_AT_ONCE, load)) {
      await reading.tick(0);
      observeAll(rowPasses, draft);
    }
  const steps = stepsOf(recipe, rowPasses);
  const ruled = mapConcurrently(candidates, READS_AT_ONCE, async (candidate) =>
    applyRules(await load(candidate), steps),
  );
  let done = 0;
  for await (const { draft, decisions: made } of ruled) {
    await reading.tick(++done);
    decisions.push(...made);
    if (draft === null) continue;
    observeAll(textPasses, draft);
    decoded.push(draft);
  }
  for (const observed of decoded) {
    await reading.tick(done);
    const { draft, decisions: made } = await applyRules(observed, textPasses);
    decisions.push(...made);
    if (draft !== null) drafts.push(labelled(draft));
  }
  reading.finish(done);

  // Of equal texts the very spans must be equal; nearly equal ones have them at other places.
  const exact = exactDuplicate.find(drafts.map((draft) => ({ ...draft, label: annotationOf(draft) })));
  decisions.push(...dropDecisions(exactDuplicate.name, exact));
  const distinct = without(drafts, exact);
  const comparing = createPace(ctx, {
    activity: 'looking for near-duplicates',
    unit: 'records',
    total: distinct.length,
  });
  const near = await nearDuplicate.find(distinct, recipe.nearDuplicates, comparing);
  comparing.finish(distinct.length);
  decisions.push(...dropDecisions(nearDuplicate.name, near.duplicates));
  const rows = without(distinct, near.duplicates).map(({ recordId, label, group, text, spans, sentAt }) => ({
    recordId,
    label,
    group,
    text,
    ...(spans !== undefined && { entities: [...spans] }),
    sentAt,
    clusterId: near.clusterOf.get(recordId) ?? recordId,
  }));
  return { rows, decisions, nearDuplicateClusters: near.clusters };
};
