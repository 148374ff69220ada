import { activityWithRetry } from './_activities.js';
import { defineWorkflow } from './_define.js';

/** Whoever tests a source waits for the answer, so what fails is not tried again. */
const ONCE = { attemptsMax: 1, waitSeconds: 1, waitSecondsMax: 1 };

/** Connects to a source, authenticates and looks at one record at most; changes nothing. */
export const testSource = defineWorkflow('testSource', ['test'], async (run, input) => {
  await run.begin('test');
  return activityWithRetry(run.now, 'testSource', ONCE)(input);
});
