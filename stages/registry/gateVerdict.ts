import type { Deployment, Interval, PromotionPolicy } from '../../contracts/index.js';
import { FIGURES } from './metrics/figures.js';

/** A candidate's figure beside the champion's on the same rows. */
export interface Comparison {
  readonly rows: number;
  readonly candidate: number;
  readonly champion: {
    readonly version: number;
    readonly metric: number;
    /** Candidate minus champion. */
    readonly difference: Interval;
    /** Test rows that the champion was trained on. */
    readonly rowsLeftOut: number;
  } | null;
}

const figure = (value: number): string => value.toFixed(4);
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;

interface Verdict {
  readonly passed: boolean;
  readonly reasons: string[];
}

/**
 * The gate's rule, with every reason in plain words. `rolledBack` is the rollback that a person ended the
 * candidate's last deployment with: a policy that approves by itself may not go round that.
 */
export const gateVerdict = (
  comparison: Comparison,
  policy: PromotionPolicy,
  rolledBack: Pick<Deployment, 'by' | 'reason' | 'at'> | null,
): Verdict => {
  const { passed, reasons } = measured(comparison, policy);
  if (rolledBack === null) return { passed, reasons };
  const { by, reason, at } = rolledBack;
  const automatic = policy.approval.mode === 'automatic';
  reasons.push(
    `${by} rolled this version back on ${at.slice(0, 10)} (${reason})` +
      (automatic ? '; only a person may let it return: set promotion.approval.mode to manual.' : '.'),
  );
  return { passed: passed && !automatic, reasons };
};

const measured = ({ rows, candidate, champion }: Comparison, { alias, gate }: PromotionPolicy): Verdict => {
  const reaches = candidate >= gate.minimum;
  const reasons = [
    `${FIGURES[gate.metric ?? 'macroF1'].title} ${figure(candidate)} on ${rows} test rows ${reaches ? 'reaches' : 'is below'} the minimum of ${gate.minimum}.`,
  ];
  if (champion === null) {
    reasons.push(`No version is ${alias} yet, so there is none to beat.`);
    return { passed: reaches, reasons };
  }
  const { difference, metric, rowsLeftOut, version } = champion;
  const leads = difference.low > gate.margin;
  const lead = gate.margin === 0 ? 'better' : `better by more than ${gate.margin}`;
  const verdict = leads
    ? `It is ${lead} than`
    : difference.high < gate.margin && gate.margin === 0
      ? 'It is worse than'
      : `It is not shown to be ${lead} than`;
  reasons.push(
    `${verdict} version ${version}, which is ${alias} and reaches ${figure(metric)} on the same rows: the difference is ` +
      `${signed(difference.value)}, ${Math.round(gate.confidence * 1000) / 10} % interval ` +
      `[${signed(difference.low)}, ${signed(difference.high)}].`,
  );
  if (rowsLeftOut > 0)
    reasons.push(
      `${rowsLeftOut} test rows were left out of the comparison, because version ${version} had learnt from them.`,
    );
  return { passed: reaches && leads, reasons };
};
