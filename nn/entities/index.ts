export { inferTokens, type TokenScores } from './inferTokens.js';
export { labelWords } from './labelWords.js';
export { type FoundEntity, readEntities } from './readEntities.js';
export { startTokenPrediction } from './startTokenPrediction.js';
export { encodeWords, type WordedText } from './words.js';
