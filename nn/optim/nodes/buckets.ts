import { elementCount } from '../../tensor.js';
import { type GroupRules, groupOf, type ParameterInfo } from '../optimizer.js';

/** Parameters that are updated alike and as one vector. */
export interface Bucket {
  readonly parameters: readonly ParameterInfo[];
  readonly decays: boolean;
  readonly learningRateScale: number;
}

/** Parameters in buckets of at most `elementsMax` values, a larger parameter by itself, in the order given. */
export function bucketsOf(
  parameters: readonly ParameterInfo[],
  rules: GroupRules,
  elementsMax: number,
): Bucket[] {
  const buckets: (Bucket & { readonly parameters: ParameterInfo[] })[] = [];
  const open = new Map<string, { readonly parameters: ParameterInfo[]; elements: number }>();
  for (const parameter of parameters) {
    const group = groupOf(parameter, rules);
    const key = `${group.decays} ${group.learningRateScale}`;
    const elements = elementCount(parameter.dims);
    const last = open.get(key);
    if (last && last.elements + elements <= elementsMax) {
      last.parameters.push(parameter);
      last.elements += elements;
    } else {
      const members = [parameter];
      open.set(key, { parameters: members, elements });
      buckets.push({ ...group, parameters: members });
    }
  }
  return buckets;
}
