export { addEstimateCommand } from './estimateCommand.js';
export { addGenerateCommand } from './generateCommand.js';
export { addTokenizerCommands } from './tokenizerCommands.js';
