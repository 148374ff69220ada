/** Who makes the events, and where the facets are defined: OpenLineage 2-0-2, https://openlineage.io/spec. */
export const PRODUCER = 'urn:plumbline';
export const SCHEMA_URL = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';

export type Facet = Readonly<Record<string, unknown>> & {
  readonly _producer: string;
  readonly _schemaURL: string;
};

/** @param schema version and name of the facet's definition: `1-2-0/SchemaDatasetFacet` */
export const facet = (schema: string, members: Readonly<Record<string, unknown>>): Facet => ({
  _producer: PRODUCER,
  _schemaURL: `https://openlineage.io/spec/facets/${schema.split('/')[0]}/${schema.split('/')[1]}.json#/$defs/${schema.split('/')[1]}`,
  ...members,
});

export interface OpenLineageDataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets: Readonly<Record<string, Facet>>;
}
