import { create, toBinary } from '@bufbuild/protobuf';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GraphProtoSchema, ModelProtoSchema } from './onnx_pb.js';
import { serializeModel } from './serialize.js';

const name = fc.string({ maxLength: 12 });
const tensor = fc.record({
  name,
  dims: fc.array(fc.bigInt(0n, 2n ** 40n), { maxLength: 3 }),
  dataType: fc.integer({ min: 1, max: 11 }),
  rawData: fc.uint8Array({ maxLength: 400 }),
});
const external = fc.record({
  name,
  dataLocation: fc.constant(1),
  externalData: fc.array(fc.record({ key: name, value: name }), { maxLength: 3 }),
});
const graph = fc.record({
  name,
  node: fc.array(fc.record({ name, opType: name, input: fc.array(name), output: fc.array(name) }), {
    maxLength: 4,
  }),
  initializer: fc.array(fc.oneof(tensor, external), { maxLength: 4 }),
  input: fc.array(fc.record({ name }), { maxLength: 3 }),
  output: fc.array(fc.record({ name }), { maxLength: 3 }),
});
const model = fc.record({
  irVersion: fc.bigInt(0n, 20n),
  producerName: name,
  opsetImport: fc.array(fc.record({ domain: name, version: fc.bigInt(0n, 30n) }), { maxLength: 3 }),
  metadataProps: fc.array(fc.record({ key: name, value: name }), { maxLength: 3 }),
});

it('writes the bytes that the protobuf library writes', () => {
  fc.assert(
    fc.property(model, graph, (fields, content) => {
      const whole = { ...create(ModelProtoSchema, fields), graph: create(GraphProtoSchema, content) };
      expect(serializeModel(whole)).toEqual(toBinary(ModelProtoSchema, whole));
    }),
  );
});
