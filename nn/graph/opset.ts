/** The newest opset our operator table speaks, and the file format version that came with it. */
export const OPSET_VERSION = 20;
export const IR_VERSION = 9;

/** protobuf cannot hold more; larger models keep their weights in a file beside the model. */
export const MODEL_BYTES_MAX = 2 ** 31 - 1;

export interface OperatorName {
  /** '' for the standard domain. */
  readonly domain: string;
  readonly type: string;
  readonly version: number;
}

/** `com.microsoft.FusedMatMul-1` as domain, type and version. */
export function splitOperator(op: string): OperatorName {
  const dash = op.lastIndexOf('-');
  const dot = op.lastIndexOf('.', dash);
  return {
    domain: dot < 0 ? '' : op.slice(0, dot),
    type: op.slice(dot + 1, dash),
    version: Number(op.slice(dash + 1)),
  };
}
