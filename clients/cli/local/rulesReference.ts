import { CleaningRecipe, type OptionalRule } from '../../../contracts/index.js';
import type { RULES } from '../../../stages/datasets/index.js';
import { sectionReference } from '../pipelineReference.js';

type Rule = (typeof RULES)[number];

const HEAD = `# Cleaning rules

What makes clean rows of raw records, in the order in which it acts. Every record is kept, or dropped with a rule and a
reason; every change is recorded with the rule and what it did. A rule with keys is off until its section stands under
\`dataset.cleaning\` of the pipeline file; \`{}\` takes all defaults. \`plumbline data preview PIPELINE.yaml\` shows before, after
and reasons on a sample and writes nothing.

Spans (entities, the two of a relation) move along with their text; those whose text is gone are counted as lost.
Rules marked with two passes see all records before they judge one. A rule's version is part of the key of every dataset that
uses it: a new one makes new datasets, and those of recipes without the rule stay what they are.

This page is printed by \`plumbline data rules\`.
`;

const meaningOf = (section: OptionalRule): string => CleaningRecipe.shape[section].unwrap().description ?? '';

const pageOf = (rule: Rule): string => {
  const { name, version, on, reasons, learns } = rule;
  const optional = 'section' in on;
  const lines = [
    `## ${name}`,
    '',
    optional ? meaningOf(on.section) : on.always,
    '',
    `Version ${version}${learns === true ? ', two passes' : ''}. ${optional ? `Keys: \`dataset.cleaning.${on.section}\`.` : 'Always on.'}`,
    ...(reasons.length > 0 ? ['', `Drops: ${reasons.map((reason) => `\`${reason}\``).join(', ')}.`] : []),
    ...(optional ? ['', sectionReference(`dataset.cleaning.${on.section}`)] : []),
  ];
  return lines.join('\n');
};

/** docs/rules.md, made of the table of rules and the schema of the recipe. */
export const rulesReference = (rules: readonly Rule[]): string =>
  `${[HEAD, ...rules.map(pageOf)].join('\n')}\n`.replaceAll('\n## ', '\n\n## ').replaceAll('\n\n\n', '\n\n');
