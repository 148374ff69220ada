// HDFS for the tests: Hadoop's MiniDFSCluster. Run by itself it installs and prints the folder of the jars.
import { fileURLToPath } from 'node:url';
import { ensureJars } from './maven.mjs';

const POM = fileURLToPath(new URL('hadoop/pom.xml', import.meta.url));

/** @returns the folder of the jars. */
export const ensureHadoop = (log) => ensureJars({ name: 'hadoop', version: '3.4.2', pom: POM }, log);

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.stdout.write(ensureHadoop((text) => process.stderr.write(`${text}\n`)));
