export { addDataCommands } from './commands.js';
