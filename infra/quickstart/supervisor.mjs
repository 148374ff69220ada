// Starts the processes of a local installation, restarts one that dies, and stops all in order.
import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const RESTART_DELAY_MS = 500;
const STOP_GRACE_MS = 20_000;

const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

export class Supervisor {
  #children = new Map();
  #stopping = false;
  #pidFile;
  #logDir;
  #log;

  constructor({ runDir, logDir, log }) {
    this.#pidFile = join(runDir, 'processes.json');
    this.#logDir = logDir;
    this.#log = log;
  }

  /** Ends what an earlier quickstart left behind when it was killed; a reused pid is told by its start time. */
  async endLeftovers() {
    if (!existsSync(this.#pidFile)) return;
    const left = JSON.parse(readFileSync(this.#pidFile, 'utf8')).filter(
      (entry) => entry.startTime !== null && startTimeOf(entry.pid) === entry.startTime,
    );
    for (const { name, pid } of left) {
      this.#log(`Ending ${name} (pid ${pid}) left over from an earlier run`);
      process.kill(pid, 'SIGTERM');
    }
    const deadline = Date.now() + STOP_GRACE_MS;
    while (left.some(({ pid }) => alive(pid)) && Date.now() < deadline) await sleep(100);
    for (const { pid } of left) if (alive(pid)) process.kill(pid, 'SIGKILL');
    rmSync(this.#pidFile, { force: true });
  }

  start(name, command, args, env) {
    const out = openSync(join(this.#logDir, `${name}.log`), 'a');
    // An own process group: Ctrl-C reaches only the quickstart, which then stops its children in order.
    const child = spawn(command, args, { env, detached: true, stdio: ['ignore', out, out] });
    this.#children.set(name, child);
    this.#recordPids();
    child.once('exit', (code, signal) => {
      if (this.#stopping || this.#children.get(name) !== child) return;
      this.#log(`${name} ended (${signal ?? `status ${code}`}); starting it again, see ${name}.log`);
      setTimeout(() => {
        if (!this.#stopping) this.start(name, command, args, env);
      }, RESTART_DELAY_MS);
    });
  }

  /** Stops in the reverse order of starting, each with time to finish what it holds. */
  async stop() {
    this.#stopping = true;
    for (const [, child] of [...this.#children].reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.#pidFile, { force: true });
  }

  #recordPids() {
    const entries = [...this.#children].map(([name, { pid }]) => ({
      name,
      pid,
      startTime: startTimeOf(pid),
    }));
    writeFileSync(this.#pidFile, JSON.stringify(entries));
  }
}

/** Field 22 of /proc/PID/stat: the process's start time in clock ticks; null where there is no /proc. */
const startTimeOf = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[19];
  } catch {
    return null;
  }
};

/** Polls until `probe` answers true. @throws Error naming what did not come up. */
export const waitFor = async (what, probe, timeoutMs = 60_000) => {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (await probe().catch(() => false)) return;
    if (Date.now() > deadline) throw new Error(`${what} did not answer within ${timeoutMs / 1000} s`);
    await sleep(100);
  }
};

export const answersOk = (url) => async () => (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
