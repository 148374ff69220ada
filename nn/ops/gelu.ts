import { NnError } from '../errors.js';
import { attribute } from '../graph/attributes.js';
import type { Node } from '../graph/ir.js';
import { floats, unary } from './families.js';
import type { GradientRule, OperatorRule } from './rule.js';

const CUBIC = 0.044715;

/**
 * y = x Phi(x), Phi the normal distribution function (Hendrycks and Gimpel, 2016). With u = x / sqrt(2):
 * dx = dy (1/2 + 1/2 erf(u) + x e^(-u^2 - log sqrt(2 pi))), the fewest passes over memory found.
 */
const exact = unary((emitter, { x, dy }) => {
  const u = emitter.emit('Mul-14', [x, emitter.scalar(Math.SQRT1_2)]);
  const half = emitter.scalar(0.5);
  const distribution = emitter.emit('Add-14', [
    emitter.emit('Mul-14', [emitter.emit('Erf-13', [u]), half]),
    half,
  ]);
  const logDensity = emitter.emit('Sub-14', [
    emitter.scalar(-Math.log(Math.sqrt(2 * Math.PI))),
    emitter.emit('Mul-14', [u, u]),
  ]);
  const slope = emitter.emit('Mul-14', [x, emitter.emit('Exp-13', [logDensity])]);
  return emitter.emit('Mul-14', [dy, emitter.emit('Add-14', [slope, distribution])]);
}, 10);

/**
 * y = x/2 (1 + tanh(u)) with u = sqrt(2/pi) (x + 0.044715 x^3), GPT-2's form. With t = tanh(u):
 * dx = dy (1/2 (1 + t) + x/2 (1 - t^2) sqrt(2/pi) (1 + 3 * 0.044715 x^2)).
 */
const tanhForm = unary((emitter, { x, dy }) => {
  const times = (left: string, right: string) => emitter.emit('Mul-14', [left, right]);
  const plus = (left: string, right: string) => emitter.emit('Add-14', [left, right]);
  const square = times(x, x);
  const one = emitter.scalar(1);
  const root = Math.sqrt(2 / Math.PI);
  const inner = times(x, plus(times(square, emitter.scalar(root * CUBIC)), emitter.scalar(root)));
  const t = emitter.emit('Tanh-13', [inner]);
  const innerSlope = plus(times(square, emitter.scalar(3 * root * CUBIC)), emitter.scalar(root));
  const bend = times(emitter.emit('Sub-14', [one, times(t, t)]), times(x, innerSlope));
  return times(dy, times(plus(plus(t, one), bend), emitter.scalar(0.5)));
}, 10);

export const gelu: OperatorRule = {
  ...exact,
  infer: (node, known) => {
    form(node);
    return [floats(known, node, 0)];
  },
  gradient: (request) => form(request.node)(request),
};

function form(node: Node): GradientRule {
  const name = attribute(node, 'approximate', 'string', 'none');
  const rule = name === 'none' ? exact : name === 'tanh' ? tanhForm : undefined;
  if (typeof rule?.gradient === 'function') return rule.gradient;
  throw new NnError('OPERATOR_UNSUPPORTED', `${node.op}: the form approximate = ${name} is not known`);
}
