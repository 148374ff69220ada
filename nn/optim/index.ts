export { AdamW, decaysByDefault } from './adamw.js';
export { ParameterArena } from './arena.js';
export { linearSchedule } from './schedule.js';
