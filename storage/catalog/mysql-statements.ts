import {
  ColumnNode,
  ColumnUpdateNode,
  type CreateTableNode,
  type InsertQueryNode,
  type KyselyPlugin,
  OnDuplicateKeyNode,
  OperationNodeTransformer,
} from 'kysely';
import { transforming } from './exact-texts.js';

class MysqlStatements extends OperationNodeTransformer {
  /** DDL commits by itself: a migration that was cut off begins again among the tables it had made. */
  protected override transformCreateTable(node: CreateTableNode): CreateTableNode {
    return { ...super.transformCreateTable(node), ifNotExists: true };
  }

  /** MySQL has no ON CONFLICT. Doing nothing is setting a column to itself: INSERT IGNORE would hide other errors. */
  protected override transformInsertQuery(node: InsertQueryNode): InsertQueryNode {
    const { onConflict, ...insert } = super.transformInsertQuery(node);
    if (onConflict === undefined) return insert;
    const [column] = onConflict.columns ?? [];
    const unchanged =
      column !== undefined && ColumnNode.is(column) ? [ColumnUpdateNode.create(column, column)] : [];
    return { ...insert, onDuplicateKey: OnDuplicateKeyNode.create(onConflict.updates ?? unchanged) };
  }
}

/** Statements as the catalog writes them for SQLite and PostgreSQL, as MySQL and MariaDB know them. */
export const mysqlStatements = (): KyselyPlugin => transforming(new MysqlStatements());
