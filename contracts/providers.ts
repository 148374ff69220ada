import { z } from 'zod';

/** Execution providers of ONNX Runtime. */
export const ExecutionProvider = z.enum(['tensorrt', 'cuda', 'cpu']);
export type ExecutionProvider = z.infer<typeof ExecutionProvider>;
