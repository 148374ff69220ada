const EXIT_INTERRUPTED = 130;

/** What a command of this folder says and is stopped by. */
export interface Surroundings {
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** A cancelled command leaves quietly; what it had written on the screen stays. */
export const unlessInterrupted = async (signal: AbortSignal, work: Promise<void>): Promise<void> => {
  try {
    await work;
  } catch (error) {
    if (!signal.aborted) throw error;
    process.exitCode = EXIT_INTERRUPTED;
  }
};
