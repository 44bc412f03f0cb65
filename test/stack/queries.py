"""
Parses the queries of stack/queries as Athena's dialect and looks up every table and column in the catalogue of the packaged
template: `queries.py TEMPLATE`. What is no SQL of Athena, or names no column of a table, fails with the name of the file.
"""

import json
import sys
from pathlib import Path

import sqlglot
from sqlglot.optimizer.qualify import qualify


def catalogue(template):
    tables = {}
    for resource in json.loads(Path(template).read_text())["Resources"].values():
        if resource["Type"] != "AWS::Glue::Table":
            continue
        table = resource["Properties"]["TableInput"]
        columns = table["StorageDescriptor"]["Columns"] + table["PartitionKeys"]
        tables[table["Name"]] = {column["Name"]: column["Type"] for column in columns}
    return tables


def main(template):
    tables = catalogue(template)
    queries = sorted(Path("stack/queries").glob("*.sql"))
    if not tables or not queries:
        sys.exit(f"{len(tables)} tables and {len(queries)} queries: there is nothing to check")
    broken = 0
    for query in queries:
        try:
            parsed = sqlglot.parse(query.read_text(), read="athena", error_level=sqlglot.ErrorLevel.RAISE)
            if len(parsed) != 1:
                raise ValueError(f"{len(parsed)} statements in place of one")
            qualify(parsed[0], schema=tables, dialect="athena", validate_qualify_columns=True)
            parsed[0].sql(dialect="athena", unsupported_level=sqlglot.ErrorLevel.RAISE)
        except (sqlglot.errors.SqlglotError, ValueError) as error:
            broken += 1
            print(f"{query}: {error}")
    print(f"{len(queries) - broken} of {len(queries)} queries are SQL of Athena over {len(tables)} tables")
    sys.exit(1 if broken else 0)


main(sys.argv[1])
