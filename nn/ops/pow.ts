import { NnError } from '../errors.js';
import { int } from '../graph/attributes.js';
import { broadcast } from '../graph/dimension.js';
import { onnxDtype } from '../graph/dtypes.js';
import { input, output, perOutputElement } from './families.js';
import type { Emitter, OperatorRule } from './rule.js';

/**
 * z = x^y, y possibly of whole numbers: dx = dz y x^(y-1), which is 0 where y is; dy = dz z ln x, which is 0 where
 * x is, as PyTorch has both.
 */
export const pow: OperatorRule = {
  infer: (node, known) => {
    const [x, y] = [known.type(input(node, 0)), known.type(input(node, 1))];
    if (x.dtype === 'bool' || y.dtype === 'bool') {
      throw new NnError('SHAPE_MISMATCH', `${node.op} takes numbers, found ${x.dtype} and ${y.dtype}`);
    }
    return [{ dtype: x.dtype, shape: broadcast(x.shape, y.shape) }];
  },
  gradient: ({ node, emitter, outputGradients, wanted }) => {
    const dz = outputGradients[0];
    if (!dz) return [null, null];
    const [x, y] = [input(node, 0), asFloat(emitter, input(node, 1))];
    const one = emitter.scalar(1);
    const oneWhereZero = (value: string) =>
      emitter.emit('Where-16', [emitter.emit('Equal-19', [value, emitter.scalar(0)]), one, value]);
    const dx = () => {
      const power = emitter.emit('Pow-15', [x, emitter.emit('Sub-14', [oneWhereZero(y), one])]);
      return emitter.emit('Mul-14', [dz, emitter.emit('Mul-14', [power, y])]);
    };
    const dy = () => {
      const logarithm = emitter.emit('Log-13', [oneWhereZero(x)]);
      return emitter.emit('Mul-14', [dz, emitter.emit('Mul-14', [output(node), logarithm])]);
    };
    return [wanted[0] ? dx() : null, wanted[1] ? dy() : null];
  },
  flops: perOutputElement(10),
};

function asFloat(emitter: Emitter, value: string): string {
  if (emitter.type(value).dtype === 'float32') return value;
  return emitter.emit('Cast-19', [value], { to: int(onnxDtype('float32')) });
}
