export { type LoadedBaseModel, loadBaseModel } from './load.js';
