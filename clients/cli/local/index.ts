export { addGenerateCommand } from './generateCommand.js';
export { addTokenizerCommands } from './tokenizerCommands.js';
