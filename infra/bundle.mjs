// Bundles the compiled workflow code for Temporal's sandbox, so that workers start without webpack.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');

/** Writes dist/workflow-bundle.js from dist/workflows/index.js. */
export const bundleWorkflows = async () => {
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(dist, 'workflows', 'index.js'),
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(join(dist, 'workflow-bundle.js'), code);
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await bundleWorkflows();
