/** Which retrainings are under way. */
export interface RetrainingCatalog {
  /** @returns the workflow id of a retraining of the pipeline that has not ended, or null. @throws TEMPORAL_UNREACHABLE */
  running(pipeline: string): Promise<string | null>;
}
