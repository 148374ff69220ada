export {
  type ChatMessage,
  type ChatOptions,
  type ChatTemplate,
  compileChatTemplate,
} from './chatTemplate.js';
export { createDecoder, type Decoder } from './decoder.js';
export type { Strategy, WritingOptions } from './options.js';
export { searchBeams } from './searchBeams.js';
export { type TextOptions, type WrittenText, writeText } from './writeText.js';
export { type WrittenToken, writeTokens } from './writeTokens.js';
