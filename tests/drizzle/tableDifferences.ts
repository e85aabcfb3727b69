import { is } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { getTableConfig, getViewConfig, isPgEnum, PgEnumColumn, PgTable, PgView } from 'drizzle-orm/pg-core';
import { enumsIn, tablesIn, viewsIn } from './catalogue.ts';
import type { Catalogue } from './planted.ts';

/** Says in words where the tables, views and enums Drizzle is told of and those the database has are not the same. */
export async function tableDifferences(sql: Catalogue, declarations: readonly unknown[]): Promise<string[]> {
  const declared = linesOf(declarations);
  const migrated = [...(await tablesIn(sql)), ...(await viewsIn(sql)), ...(await enumsIn(sql))];
  return [
    ...declared.filter((line) => !migrated.includes(line)).map((line) => `only in Drizzle: ${line}`),
    ...migrated.filter((line) => !declared.includes(line)).map((line) => `only in the database: ${line}`),
  ];
}

function linesOf(declarations: readonly unknown[]): string[] {
  return declarations.flatMap((declaration) => {
    if (is(declaration, PgTable)) return tableLines(declaration);
    if (is(declaration, PgView)) return viewLines(declaration);
    if (isPgEnum(declaration)) return [`enum ${declaration.schema}.${declaration.enumName}: ${declaration.enumValues.join(', ')}`];
    return [];
  });
}

function tableLines(table: PgTable): string[] {
  const { schema, name, columns, primaryKeys } = getTableConfig(table);
  const single = columns.filter(({ primary }) => primary);
  const keys = [...(single.length > 0 ? [single] : []), ...primaryKeys.map((key) => key.columns)];
  return [
    ...columns.map((column) => `table ${schema}.${name}: ${column.name} ${shapeOf(column)}${defaultOf(column)}`),
    ...keys.map((key) => `table ${schema}.${name}: primary key (${key.map((column) => column.name).join(', ')})`),
  ];
}

function viewLines(view: PgView): string[] {
  const { schema, name, selectedFields } = getViewConfig(view);
  // An existing view's fields are the columns it was declared with; `ColumnsSelection` is too wide to say so.
  return Object.values(selectedFields as Record<string, PgColumn>).map((column) => `view ${schema}.${name}: ${column.name} ${shapeOf(column)}`);
}

function shapeOf(column: PgColumn): string {
  // Drizzle names an enum without its schema, and writes spaces where PostgreSQL writes none.
  const type = is(column, PgEnumColumn) ? `${column.enum.schema}.${column.enum.enumName}` : column.getSQLType().replace(' (', '(').replace(', ', ',');
  return `${type} ${column.notNull ? 'not null' : 'null'}`;
}

function defaultOf(column: PgColumn): string {
  return column.default === undefined ? '' : ` default ${JSON.stringify(numberOf(column.default))}`;
}

/** Exact numbers are text in JavaScript and a number to PostgreSQL. */
function numberOf(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}
