export { addDataCommands } from './dataCommands.js';
export { addGenerateCommand } from './generateCommand.js';
export { addTokenizerCommands } from './tokenizerCommands.js';
