export { type LoadedBaseModel, withBaseModel } from './load.js';
