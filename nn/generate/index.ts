export {
  type ChatMessage,
  type ChatOptions,
  type ChatTemplate,
  compileChatTemplate,
} from './chatTemplate.js';
export { createDecoder, type Decoder } from './decoder.js';
export { readGenerationConfig, type WritingDefaults } from './generationConfig.js';
export type { WrittenText } from './growingText.js';
export { type LanguageModel, openLanguageModel, type Prompt } from './languageModel.js';
export type { Strategy, WritingOptions } from './options.js';
export { searchBeams } from './searchBeams.js';
export { type TextOptions, writeText } from './writeText.js';
export { type BatchOptions, type WholeText, writeTexts } from './writeTexts.js';
export { type WrittenToken, writeTokens } from './writeTokens.js';
