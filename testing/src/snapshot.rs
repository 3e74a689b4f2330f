use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

/// Everything that a database holds: each value of each row of each table as text, bytes in hex.
///
/// Two of them are equal when nothing changed in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot(BTreeMap<String, Vec<Row>>);

type Row = Vec<Option<String>>;

impl Snapshot {
    /// Reads a whole database. The list of applied migrations is left out.
    pub async fn of(connection: &DatabaseConnection) -> Self {
        let mut tables = BTreeMap::new();
        for (table, columns) in columns(connection).await {
            let mut rows = rows(connection, &table, &columns).await;
            rows.sort();
            tables.insert(table, rows);
        }
        Self(tables)
    }

    /// The same without the record: what is refused leaves an event too.
    #[must_use]
    pub fn without_the_record(mut self) -> Self {
        self.0.retain(|table, _| !table.starts_with("audit_"));
        self
    }

    /// The names of the tables.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Every value that is not NULL, wherever it stands.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.0
            .values()
            .flatten()
            .flatten()
            .flatten()
            .map(String::as_str)
    }
}

/// The tables with their columns, each column as an expression that gives its value as text.
async fn columns(connection: &DatabaseConnection) -> BTreeMap<String, Vec<String>> {
    let backend = connection.get_database_backend();
    let list = match backend {
        DbBackend::Postgres => {
            "SELECT t.relname::text AS table_name, \
                    CASE WHEN a.atttypid = 'bytea'::regtype \
                         THEN 'encode(\"' || a.attname || '\", ''hex'')' \
                         ELSE '\"' || a.attname || '\"::text' END AS value \
             FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid \
             WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace \
               AND a.attnum > 0 AND NOT a.attisdropped AND t.relname <> 'seaql_migrations' \
             ORDER BY a.attnum"
        }
        _ => {
            "SELECT t.name AS table_name, \
                    'CASE typeof(\"' || c.name || '\") WHEN ''blob'' THEN lower(hex(\"' || c.name \
                      || '\")) ELSE CAST(\"' || c.name || '\" AS TEXT) END' AS value \
             FROM sqlite_master t JOIN pragma_table_info(t.name) c \
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'seaql_migrations' \
             ORDER BY c.cid"
        }
    };
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in connection
        .query_all_raw(Statement::from_string(backend, list))
        .await
        .unwrap()
    {
        let table: String = row.try_get("", "table_name").unwrap();
        let value: String = row.try_get("", "value").unwrap();
        tables.entry(table).or_default().push(value);
    }
    tables
}

async fn rows(connection: &DatabaseConnection, table: &str, values: &[String]) -> Vec<Row> {
    let list: Vec<String> = values
        .iter()
        .enumerate()
        .map(|(number, value)| format!("{value} AS c{number}"))
        .collect();
    let query = format!("SELECT {} FROM \"{table}\"", list.join(", "));
    let backend = connection.get_database_backend();
    connection
        .query_all_raw(Statement::from_string(backend, query))
        .await
        .unwrap()
        .iter()
        .map(|row| {
            (0..values.len())
                .map(|number| row.try_get("", &format!("c{number}")).unwrap())
                .collect()
        })
        .collect()
}
