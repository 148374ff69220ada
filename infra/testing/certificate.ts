import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestCertificate {
  /** Paths that the server is given. */
  readonly certificate: string;
  readonly key: string;
  /** The certificate in PEM form; it is its own authority. */
  readonly pem: string;
  remove(): Promise<void>;
}

/** A certificate of `localhost` that only those trust who are given it; the key is the user's whom the server runs as. */
export const makeCertificate = async (user: string): Promise<TestCertificate> => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-certificate-'));
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate],
    ],
    { stdio: 'ignore' },
  );
  await chmod(folder, 0o755);
  await chmod(key, 0o600);
  if (process.getuid?.() === 0) execFileSync('chown', [user, key]);
  const pem = await readFile(certificate, 'utf8');
  return { certificate, key, pem, remove: () => rm(folder, { recursive: true }) };
};
