import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { WorkerOptions } from '@temporalio/worker';

/** The bundle that the build made, or else the sources, which are bundled at the start (some seconds). */
export const workflowCode = (): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> => {
  const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  if (existsSync(at('../workflow-bundle.js')))
    return { workflowBundle: { codePath: at('../workflow-bundle.js') } };
  return { workflowsPath: [at('../workflows/index.js'), at('../workflows/index.ts')].find(existsSync) };
};
