export { addDataCommands } from './dataCommands.js';
export { addEstimateCommand } from './estimateCommand.js';
export { addGenerateCommand } from './generateCommand.js';
export { addTokenizerCommands } from './tokenizerCommands.js';
