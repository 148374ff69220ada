export { trainModel } from './trainModel.js';
