import type { ControlDependencies } from '../dependencies.js';

/** A row store that holds nothing, for tests of routes that ask it nothing. */
export const noRows: Pick<ControlDependencies, 'datasets' | 'comparison' | 'lineageRows'> = {
  datasets: { readRows: async () => [] },
  comparison: { compare: async () => [] },
  lineageRows: {
    prediction: async () => null,
    places: async () => [],
    rowsOf: async () => [],
    decisionsOn: async () => [],
    recordsOfText: async () => [],
    datasetIds: async () => [],
  },
};
