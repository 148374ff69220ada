import type { Progress } from '../../contracts/index.js';

/** `1h 02m`, `3m 05s`, `12s`. */
export const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole >= 3600) return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
  if (whole >= 60) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${whole}s`;
};

export const count = (value: number): string => value.toLocaleString('en-US');

const FIGURES: Readonly<Record<string, (value: number) => string>> = {
  loss: (value) => `loss ${value.toFixed(4)}`,
  tokensPerSecond: (value) => `${count(Math.round(value))} tokens/s`,
  validationScore: (value) => `validation score ${value.toFixed(4)}`,
};

/** One line: what is done, how far, the live figures that people look for, and the time left. */
export const progressLine = (progress: Progress): string => {
  const { activity, done, total, unit, figures, secondsLeft } = progress;
  const share = total === null || total === 0 ? '' : ` (${Math.floor((100 * done) / total)} %)`;
  const amount = total === null ? `${count(done)} ${unit}` : `${count(done)}/${count(total)} ${unit}${share}`;
  const live = Object.entries(FIGURES).flatMap(([name, show]) => {
    const value = figures[name];
    return value === undefined ? [] : [show(value)];
  });
  const left = secondsLeft === null ? [] : [`${duration(secondsLeft)} left`];
  return [activity, amount, ...live, ...left].join(' · ');
};

/** A table with right-aligned columns after the first. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
