import { describe, expect, it } from '@jest/globals';
import { configText } from './configText.js';

describe('configText', () => {
  it('writes whole numbers as floats where the reader asks for floats, and nowhere else', () => {
    const config = {
      initializer_factor: 1,
      dropout_rate: 0,
      layer_norm_eps: 1e-12,
      vocab_size: 30522,
      id2label: { 0: '"dropout_rate": 1,' },
      rope_scaling: { rope_theta: 10000, factor: 8 },
    };
    const text = configText(config);
    expect(text).toContain('"initializer_factor": 1.0,\n');
    expect(text).toContain('"dropout_rate": 0.0,\n');
    expect(text).toContain('"layer_norm_eps": 1e-12,\n');
    expect(text).toContain('"vocab_size": 30522,\n');
    expect(text).toContain('"rope_theta": 10000.0,\n');
    expect(JSON.parse(text)).toEqual(config);
  });
});
