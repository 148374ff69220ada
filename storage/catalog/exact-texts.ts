import {
  type ColumnDefinitionNode,
  DataTypeNode,
  type KyselyPlugin,
  OperationNodeTransformer,
  RawNode,
} from 'kysely';

class ExactTexts extends OperationNodeTransformer {
  constructor(private readonly suffix: string) {
    super();
  }

  protected override transformColumnDefinition(node: ColumnDefinitionNode): ColumnDefinitionNode {
    const column = super.transformColumnDefinition(node);
    const { dataType } = column;
    if (!DataTypeNode.is(dataType) || !dataType.dataType.startsWith('varchar')) return column;
    return { ...column, dataType: RawNode.createWithSql(`${dataType.dataType} ${this.suffix}`) };
  }
}

/** Plugin that hands every statement to a transformer and leaves results alone. */
export const transforming = (transformer: OperationNodeTransformer): KyselyPlugin => ({
  transformQuery: ({ node, queryId }) => transformer.transformNode(node, queryId),
  transformResult: ({ result }) => Promise.resolve(result),
});

/**
 * Text columns that compare by their bytes, as SQLite's do: a server's usual collation may ignore case or
 * trailing spaces, and two ids would be one.
 */
export const exactTexts = (suffix: string): KyselyPlugin => transforming(new ExactTexts(suffix));
