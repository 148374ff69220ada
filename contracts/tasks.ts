import { z } from 'zod';

export const TASKS = ['sequence-classification', 'token-classification', 'relation-classification'] as const;
export const Task = z.enum(TASKS);
export type Task = z.infer<typeof Task>;

/** What a gate may compare: the mean of the labels' F1, or the F1 of all entities together. */
export const GateMetric = z.enum(['macroF1', 'entityF1']);
export type GateMetric = z.infer<typeof GateMetric>;

/** Where a source may say its labels are; see `sources[].label.from`. */
export type LabelOrigin = 'path' | 'field' | 'entities' | 'relation';

export interface TaskRule {
  /** The head of the model that is trained. */
  readonly head: 'sequence-classification' | 'token-classification';
  readonly labelledBy: readonly LabelOrigin[];
  /** Fewest labels a pipeline may name. */
  readonly labelsMin: number;
  /** The classes of the model's head for the pipeline's labels, in order. */
  classesOf(labels: readonly string[]): string[];
  /** The metrics a gate may compare, the default first. */
  readonly metrics: readonly [GateMetric, ...GateMetric[]];
  /** `POST /v1/models/{name}:endpoint` */
  readonly endpoint: 'classify' | 'extract' | 'relate';
  /** `pipeline_tag` of the Hugging Face model card. */
  readonly pipelineTag: 'text-classification' | 'token-classification';
}

/** Every task; the mapped type makes a missing one a compile error. */
export const TASK_RULES: { readonly [T in Task]: TaskRule } = {
  'sequence-classification': {
    head: 'sequence-classification',
    labelledBy: ['path', 'field'],
    labelsMin: 2,
    classesOf: (labels) => [...labels],
    metrics: ['macroF1'],
    endpoint: 'classify',
    pipelineTag: 'text-classification',
  },
  'token-classification': {
    head: 'token-classification',
    labelledBy: ['entities'],
    labelsMin: 1,
    classesOf: (labels) => ['O', ...labels.flatMap((label) => [`B-${label}`, `I-${label}`])],
    metrics: ['entityF1', 'macroF1'],
    endpoint: 'extract',
    pipelineTag: 'token-classification',
  },
  'relation-classification': {
    head: 'sequence-classification',
    labelledBy: ['relation'],
    labelsMin: 2,
    classesOf: (labels) => [...labels],
    metrics: ['macroF1'],
    endpoint: 'relate',
    pipelineTag: 'text-classification',
  },
};

/** A named span of a text; `start` and `end` are positions in UTF-16 code units, as JavaScript counts. */
export const Entity = z.object({
  start: z.number().int().nonnegative(),
  end: z.number().int().positive(),
  label: z.string().min(1),
});
export type Entity = z.infer<typeof Entity>;

/**
 * One word for all entities of a text: their labels, sorted, each once, joined by spaces. It stands where a
 * classifier has its label; labels of entities hold no white space.
 */
export const entityLabels = (entities: readonly Pick<Entity, 'label'>[]): string =>
  [...new Set(entities.map(({ label }) => label))].sort().join(' ');

/** The labels a row counts for: its label, or each of its entities'. */
export const countedLabels = (row: {
  readonly label: string;
  readonly entities?: readonly Entity[] | undefined;
}): string[] => (row.entities === undefined ? [row.label] : row.entities.map(({ label }) => label));

/**
 * What stands around the two spans of a relation, as special tokens (Baldini Soares et al. 2019, "Matching the
 * Blanks"). The spans may come in either order in the text.
 */
export const RELATION_MARKERS = {
  head: ['[E1]', '[/E1]'],
  tail: ['[E2]', '[/E2]'],
} as const;
