export { AdamW, type AdamWOptions, type AdamWStep, decaysByDefault, type ParameterInfo } from './adamw.js';
export { ARENA_REGIONS, type ArenaRegion, ParameterArena } from './arena.js';
export { type LinearSchedule, linearSchedule } from './schedule.js';
