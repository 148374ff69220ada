export { compareWindow, type WindowComparison } from './compareWindow.js';
