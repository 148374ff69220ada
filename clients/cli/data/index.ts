export { addVersionCommands } from './commands.js';
