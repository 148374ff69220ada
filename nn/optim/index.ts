export { AdamW } from './adamw.js';
export { ParameterArena } from './arena.js';
export { decaysByDefault } from './optimizer.js';
export { scheduledRate } from './schedule.js';
