import { modelNameOf, type WorkflowInput, type WorkflowOutput } from '../contracts/index.js';
import { Approval } from './_approval.js';
import { defineWorkflow } from './_define.js';
import type { Run } from './_run.js';

type Input = WorkflowInput<'promoteModel'>;
type Output = WorkflowOutput<'promoteModel'>;

/** Who approves when the policy lets nobody be asked. */
const POLICY = { by: 'policy:automatic', reason: 'promotion.approval.mode is automatic' };

const rollback = async (run: Run, input: Extract<Input, { action: 'rollback' }>): Promise<Output> => {
  const { model, alias, to, by, reason } = input;
  await run.begin('deploy');
  run.decided('rollback', { by, reason }, run.now);
  const { deploymentId, modelVersionId } = await run.activities.rollbackAlias({
    model,
    alias,
    by,
    reason,
    ...(to === undefined ? {} : { to }),
  });
  run.artifact('Deployment', deploymentId);
  return { outcome: 'rolled-back', deploymentId, modelVersionId, reasons: [reason] };
};

const promote = async (
  run: Run,
  approval: Approval,
  { pipeline, modelVersionId }: Extract<Input, { action: 'promote' }>,
): Promise<Output> => {
  run.artifact('ModelVersion', modelVersionId);
  const ends = (outcome: Output['outcome'], reasons: string[]) => ({
    outcome,
    deploymentId: null,
    modelVersionId,
    reasons,
  });

  await run.begin('gate');
  const gate = await run.activities.decideGate({ pipeline, modelVersionId });
  const reasons = [...gate.reasons];
  run.artifact('GateDecision', gate.decisionId);
  if (gate.outcome === 'unchanged') return ends('unchanged', reasons);
  if (gate.outcome === 'refused') return ends('refused-by-gate', reasons);

  await run.begin('approval');
  const { mode, expiresAfterHours } = pipeline.promotion.approval;
  if (mode === 'automatic') run.decided('approve', POLICY, run.now);
  const question = `approve or reject ${modelNameOf(pipeline)} for ${pipeline.promotion.alias}`;
  const decision =
    mode === 'automatic' ? { ...POLICY, at: run.now } : await approval.ask(question, expiresAfterHours);
  if (decision === null)
    return ends('expired', [...reasons, `Nobody decided within ${expiresAfterHours} hours.`]);
  if ('decision' in decision && decision.decision === 'reject')
    return ends('rejected', [...reasons, `${decision.by} rejected it: ${decision.reason}`]);

  await run.begin('deploy');
  const { deploymentId } = await run.activities.deployVersion({
    pipeline,
    modelVersionId,
    decisionId: gate.decisionId,
    by: decision.by,
    reason: decision.reason,
    at: decision.at,
  });
  run.artifact('Deployment', deploymentId);
  return { outcome: 'deployed', deploymentId, modelVersionId, reasons };
};

/** Lets a version through gate and approval to its alias, or rolls the alias back. */
export const promoteModel = defineWorkflow('promoteModel', ['gate', 'approval', 'deploy'], (run, input) => {
  const approval = new Approval(run);
  return input.action === 'rollback' ? rollback(run, input) : promote(run, approval, input);
});
