export { type DecideGateInput, decideGate, type GateOutcome } from './decideGate.js';
export { type DeployVersionInput, deployVersion } from './deployVersion.js';
export { type EvaluateModelInput, evaluateModel } from './evaluateModel.js';
export { findChampion } from './findChampion.js';
export { type LineageNode, lineage } from './lineage.js';
export { listVersions } from './listVersions.js';
export { readReport } from './readReport.js';
export { type RegisterModelInput, registerModel } from './registerModel.js';
export { type RollbackAliasInput, rollbackAlias } from './rollbackAlias.js';
