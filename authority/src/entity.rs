//! The tables as sea-orm sees them. They never leave this crate and never serialise.

#![expect(
    unreachable_pub,
    reason = "sea-orm's derives make public items beside these"
)]

pub(crate) mod users {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: Uuid,
        pub role: String,
        pub created_at: i64,
        pub disabled_at: Option<i64>,
        pub disabled_by: Option<Uuid>,
        pub awaited_since: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod sessions {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub session_id: Uuid,
        pub user_id: Uuid,
        pub cookie_hash: Option<Vec<u8>>,
        pub previous_cookie_hash: Option<Vec<u8>>,
        pub renewed_at: Option<i64>,
        pub renewal_due_at: Option<i64>,
        pub created_at: i64,
        pub proved_at: i64,
        pub method: String,
        pub last_seen_at: i64,
        pub expires_at: i64,
        pub address: String,
        pub network: String,
        pub last_address: String,
        pub user_agent: String,
        pub browser: String,
        pub system: String,
        pub device: String,
        pub ended_at: Option<i64>,
        pub end_reason: Option<String>,
        pub ended_by: Option<Uuid>,
        pub identity_id: Option<Uuid>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod bulk_ends {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bulk_ends")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub bulk_end_id: Uuid,
        pub target: String,
        pub scope: String,
        pub ordered_at: i64,
        pub ordered_by: Option<Uuid>,
        pub spared_id: Option<Uuid>,
        pub event_id: Uuid,
        pub found: i64,
        pub found_is_capped: bool,
        pub users: i64,
        pub ended: i64,
        pub families: i64,
        pub skipped: Option<i64>,
        pub place_at: Option<i64>,
        pub place_id: Option<Uuid>,
        pub batches: i64,
        pub state: String,
        pub started_at: Option<i64>,
        pub updated_at: i64,
        pub finished_at: Option<i64>,
        pub stopped_by: Option<Uuid>,
        pub lease_worker: Option<Uuid>,
        pub lease_until: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod signals {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "signals")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub signal_id: i64,
        pub kind: String,
        pub user_id: Option<Uuid>,
        pub session_id: Option<Uuid>,
        pub payload: Option<String>,
        pub at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod audit_events {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_events")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub seq: i64,
        pub event_id: Uuid,
        pub at: i64,
        pub kind: String,
        pub outcome: String,
        pub reason: Option<String>,
        pub actor_id: Option<Uuid>,
        pub subject_id: Option<Uuid>,
        pub session_id: Option<Uuid>,
        pub request_id: Option<String>,
        pub detail: Option<String>,
        pub commitment: Option<Vec<u8>>,
        pub key_id: String,
        pub mac: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod audit_personal {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_personal")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        pub subject_id: Option<Uuid>,
        pub salt: Vec<u8>,
        pub address: Option<String>,
        pub user_agent: Option<String>,
        pub identifier: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod audit_seals {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_seals")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i64,
        pub seq: i64,
        pub key_id: String,
        pub chain: Vec<u8>,
        pub sealed_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod refusals {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refusals")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub minute: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub address: String,
        pub times: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod installation {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "installation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub installation_id: i32,
        pub administrator_created_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod families {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "families")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub family_id: Uuid,
        pub user_id: Uuid,
        pub session_id: Option<Uuid>,
        pub client_id: Option<String>,
        pub key_thumbprint: Option<String>,
        pub transport: String,
        pub method: String,
        pub created_at: i64,
        pub proved_at: i64,
        pub generation: i64,
        pub rotated_at: i64,
        pub expires_at: i64,
        pub ends_at: i64,
        pub address: String,
        pub network: String,
        pub user_agent: String,
        pub browser: String,
        pub system: String,
        pub device: String,
        pub last_address: String,
        pub last_event: String,
        pub last_event_at: i64,
        pub foreign_since: Option<i64>,
        pub foreign_retries: i64,
        pub adopted_nonce: Option<Vec<u8>>,
        pub ended_at: Option<i64>,
        pub end_reason: Option<String>,
        pub ended_by: Option<Uuid>,
        pub identity_id: Option<Uuid>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod rotations {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "rotations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub family_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub generation: i64,
        pub from_generation: Option<i64>,
        pub from_nonce: Option<Vec<u8>>,
        pub nonce: Vec<u8>,
        pub key_id: String,
        pub outcome: String,
        pub at: i64,
        pub address: String,
        pub network: String,
        pub user_agent: String,
        pub browser: String,
        pub system: String,
        pub device: String,
        pub retries: i64,
        pub retried_at: Option<i64>,
        pub lost_responses: i64,
        pub superseded: bool,
        pub received_at: Option<i64>,
        pub received_network: Option<String>,
        pub received_user_agent: Option<String>,
        pub received_browser: Option<String>,
        pub received_system: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod incidents {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "incidents")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub incident_id: Uuid,
        pub family_id: Uuid,
        pub user_id: Uuid,
        pub class: String,
        pub action: String,
        pub at: i64,
        pub gap_ms: i64,
        pub presented_generation: i64,
        pub current_generation: i64,
        pub rotated_address: String,
        pub rotated_network: String,
        pub rotated_user_agent: String,
        pub rotated_browser: String,
        pub rotated_system: String,
        pub rotated_device: String,
        pub replayed_address: String,
        pub replayed_network: String,
        pub replayed_user_agent: String,
        pub replayed_browser: String,
        pub replayed_system: String,
        pub replayed_device: String,
        pub rotated_at: i64,
        pub seen_at: Option<i64>,
        pub told_at: Option<i64>,
        pub verdict: Option<String>,
        pub judged_by: Option<Uuid>,
        pub judged_at: Option<i64>,
        pub note: Option<String>,
        pub sightings: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod incident_sightings {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "incident_sightings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub incident_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub at: i64,
        pub generation: i64,
        pub address: String,
        pub network: String,
        pub user_agent: String,
        pub browser: String,
        pub system: String,
        pub device: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod signing_keys {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "signing_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub kid: String,
        pub algorithm: String,
        pub public_jwk: String,
        pub sealed_key: Vec<u8>,
        pub nonce: Vec<u8>,
        pub master_key_id: String,
        pub created_at: i64,
        pub signs_from: i64,
        pub retires_at: Option<i64>,
        pub verifies_until: Option<i64>,
        pub killed_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod spent_values {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "spent_values")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub value_hash: Vec<u8>,
        pub expires_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod nodes {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "nodes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub node_id: Uuid,
        pub name: String,
        pub version: String,
        pub started_at: i64,
        pub beat_at: i64,
        pub position: String,
        pub lag_ms: Option<i64>,
        pub bound_ms: i64,
        pub applied: i64,
        pub is_listening: bool,
        pub is_fresh: bool,
        pub stopped_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod node_positions {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "node_positions")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub position_id: i64,
        pub node_id: Uuid,
        pub position: String,
        pub at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod hourly_tallies {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "hourly_tallies")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hour: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub what: String,
        pub times: i64,
        pub counted_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
