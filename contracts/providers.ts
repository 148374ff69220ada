import { z } from 'zod';

/** Execution providers of ONNX Runtime, and the backends of tfjs, by which the second executor computes. */
export const ExecutionProvider = z.enum([
  'tensorrt',
  'cuda',
  'cpu',
  'tfjs-node-gpu',
  'tfjs-node',
  'tfjs-wasm',
  'tfjs-cpu',
]);
export type ExecutionProvider = z.infer<typeof ExecutionProvider>;
