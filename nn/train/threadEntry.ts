import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The compiled file of a thread: beside `moduleUrl`, or, when that module runs from its TypeScript source, at the same
 * place under the package's `dist`. Throws an Error naming the build command where there is none.
 */
export function threadEntry(moduleUrl: string, fileName: string): string {
  const folder = dirname(fileURLToPath(moduleUrl));
  const beside = join(folder, fileName);
  if (existsSync(beside)) return beside;
  const root = packageRoot(folder);
  const built = join(root, 'dist', relative(root, folder), fileName);
  if (existsSync(built)) return built;
  throw new Error(`a thread can only run compiled code and ${built} does not exist: run \`npm run build\``);
}

function packageRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('no package.json above the neural core');
  return packageRoot(parent);
}
