/** Asks again every 50 ms until the answer is there; the test's own time limit bounds it. */
export const until = async <T>(ask: () => Promise<T | null | undefined | false>): Promise<T> => {
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
