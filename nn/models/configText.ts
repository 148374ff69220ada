/** What `transformers` declares as a float in the configurations of the five families, and refuses as a whole number. */
const FLOAT_FIELDS = [
  'attention_dropout',
  'attention_probs_dropout_prob',
  'attn_pdrop',
  'classifier_dropout',
  'dropout_rate',
  'embd_pdrop',
  'hidden_dropout_prob',
  'initializer_factor',
  'initializer_range',
  'layer_norm_eps',
  'layer_norm_epsilon',
  'resid_pdrop',
  'rms_norm_eps',
  'rope_theta',
  'summary_first_dropout',
];

const WHOLE_FLOAT = new RegExp(`^( *"(?:${FLOAT_FIELDS.join('|')})": -?\\d+)(,?)$`, 'gm');

/** A Hugging Face `config.json`. JSON does not tell 1 from 1.0, its readers in Python do. */
export function configText(configJson: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(configJson, null, 2).replace(WHOLE_FLOAT, '$1.0$2')}\n`;
}
