//! `…/export.csv` and `…/export.jsonl` of each list, for programs and for the console.

use axum::response::Response;
use latchkey_types::ExportFormat;

use crate::{
    export,
    failure::Failure,
    form::Query,
    pages::{
        admin_audit::AuditQuery, admin_families::FamiliesQuery, admin_sessions::SessionsQuery,
        admin_users::UsersQuery,
    },
    visit::Visit,
};

macro_rules! exports {
    ($($csv:ident at $csv_path:tt, $jsonl:ident at $jsonl_path:tt: $query:ident, $export:path, $tag:tt;)+) => {
        $(
            #[utoipa::path(get, path = $csv_path, tag = $tag,
                params($query),
                responses((status = 200, body = String, content_type = "text/csv",
                    description = "All rows, with a head; cells that look like formulas begin with an apostrophe. A body that breaks off is not whole.")))]
            /// The list as comma-separated values (RFC 4180). `cursor` and `limit` are not looked at.
            pub(crate) async fn $csv(
                visit: Visit,
                Query(query): Query<$query>,
            ) -> Result<Response, Failure> {
                $export(visit, query, ExportFormat::Csv).await
            }

            #[utoipa::path(get, path = $jsonl_path, tag = $tag,
                params($query),
                responses((status = 200, body = String, content_type = "application/x-ndjson",
                    description = "All rows, each a line of JSON in the shape of the list's items. A body that breaks off is not whole.")))]
            /// The list as lines of JSON. `cursor` and `limit` are not looked at.
            pub(crate) async fn $jsonl(
                visit: Visit,
                Query(query): Query<$query>,
            ) -> Result<Response, Failure> {
                $export(visit, query, ExportFormat::JsonLines).await
            }
        )+
    };
}

exports!(
    sessions_csv at "/api/admin/sessions/export.csv", sessions_jsonl at "/api/admin/sessions/export.jsonl":
        SessionsQuery, export::sessions, "Sessions";
    families_csv at "/api/admin/families/export.csv", families_jsonl at "/api/admin/families/export.jsonl":
        FamiliesQuery, export::families, "Families";
    users_csv at "/api/admin/users/export.csv", users_jsonl at "/api/admin/users/export.jsonl":
        UsersQuery, export::users, "Users";
    audit_csv at "/api/admin/audit/export.csv", audit_jsonl at "/api/admin/audit/export.jsonl":
        AuditQuery, export::audit, "Record";
);
