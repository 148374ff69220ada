import { linkSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../ops/builder.js';
import { float32Tensor } from '../tensor.js';
import { writeModelFile } from './modelFile.js';
import {
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  type TensorProto,
} from './onnx_pb.js';
import { requireOwnFiles } from './requireOwnFiles.js';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-own-'));
  path = join(folder, 'model.onnx');
  const builder = new GraphBuilder();
  builder.input('x', 'float32', ['rows', 500]);
  builder.initializer('w', float32Tensor([500]));
  writeModelFile(path, builder.build('sum', { y: builder.emit('Add-14', ['x', 'w']) }), {
    location: '/not/a/file',
  });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The model with its external tensor taken out of the weights and put elsewhere. */
function moved(to: (model: ModelProto, tensor: TensorProto) => void): void {
  const model = fromBinary(ModelProtoSchema, readFileSync(path));
  const [tensor] = model.graph!.initializer.splice(0);
  tensor!.externalData.find(({ key }) => key === 'location')!.value = '../outside';
  to(model, tensor!);
  writeFileSync(path, toBinary(ModelProtoSchema, model));
}

const attribute = (fields: Parameters<typeof create<typeof AttributeProtoSchema>>[1]) =>
  create(NodeProtoSchema, { attribute: [create(AttributeProtoSchema, fields)] });
const refused = expect.objectContaining({ code: 'WEIGHTS_CORRUPT' });

describe('the files that an ONNX file names', () => {
  it('may lie beside it', () => {
    expect(() => requireOwnFiles(path)).not.toThrow();
  });

  it.each<[string, (model: ModelProto, tensor: TensorProto) => void]>([
    ['a weight', (model, tensor) => model.graph!.initializer.push(tensor)],
    ['an attribute', (model, t) => model.graph!.node.push(attribute({ t }))],
    ['a list in an attribute', (model, tensor) => model.graph!.node.push(attribute({ tensors: [tensor] }))],
    [
      'a graph in an attribute',
      (model, tensor) =>
        model.graph!.node.push(attribute({ g: create(GraphProtoSchema, { initializer: [tensor] }) })),
    ],
    [
      'a function',
      (model, t) => model.functions.push(create(FunctionProtoSchema, { node: [attribute({ t })] })),
    ],
  ])('may not lead out of the folder from %s', (_, to) => {
    moved(to);
    expect(() => requireOwnFiles(path)).toThrow(refused);
  });

  it.each([
    ['a link', symlinkSync],
    ['a second hard link', linkSync],
  ])('may not be %s', (_, link) => {
    const outside = `${folder}.outside`;
    try {
      writeFileSync(outside, readFileSync(`${path}_data`));
      rmSync(`${path}_data`);
      link(outside, `${path}_data`);
      expect(() => requireOwnFiles(path)).toThrow(refused);
    } finally {
      rmSync(outside);
    }
  });

  it('may not be missing', () => {
    rmSync(`${path}_data`);
    expect(() => requireOwnFiles(path)).toThrow(refused);
  });

  it('are not asked of what is no ONNX file', () => {
    writeFileSync(path, new Uint8Array(50).fill(255));
    expect(() => requireOwnFiles(path)).toThrow(expect.objectContaining({ code: 'GRAPH_INVALID' }));
  });
});
