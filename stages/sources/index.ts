export { collectSource } from './collectSource.js';
