// Apache Kafka for the tests of its connector.
import { fileURLToPath } from 'node:url';
import { ensureJars } from './maven.mjs';

const VERSION = '4.4.0';
const POM = fileURLToPath(new URL('kafka/pom.xml', import.meta.url));

/** @returns the folder of the jars. */
export const ensureKafka = (log) =>
  ensureJars({ name: 'kafka', version: VERSION, pom: POM, options: [`-Dkafka.version=${VERSION}`] }, log);
