interface Output {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): boolean;
}

/** A terminal is drawn at most this often, a log gets a line at most that often. */
const LIVE_MS = 100;
const PLAIN_MS = 5000;

/** One line that says how far work on this machine is; it goes where the result does not. */
export class LiveLine {
  readonly #output: Output;
  #shownAt = performance.now();

  constructor(output: Output) {
    this.#output = output;
  }

  show(line: string): void {
    const now = performance.now();
    if (now - this.#shownAt < (this.#output.isTTY ? LIVE_MS : PLAIN_MS)) return;
    this.#shownAt = now;
    const width = (this.#output.columns ?? 100) - 1;
    this.#output.write(this.#output.isTTY ? `\r\x1b[K${line.slice(0, width)}` : `${line}\n`);
  }

  clear(): void {
    if (this.#output.isTTY) this.#output.write('\r\x1b[K');
  }
}
