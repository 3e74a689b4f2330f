//! The orders in which lists can be read, and what is made of them.

use serde::{Deserialize, Serialize};

use super::Word;

words!(
    /// In which order sessions are listed.
    SessionSort {
        /// By sign-in, the newest first.
        Newest = "newest", "Newest first";
        /// By sign-in, the oldest first.
        Oldest = "oldest", "Oldest first";
        /// By last use, the latest first.
        LastUsed = "last_used", "Last used first";
        /// By their end, the latest first: those whose end is on the record alone.
        Ended = "ended", "Last ended first";
    }
);

words!(
    /// In which order refresh families are listed.
    FamilySort {
        /// By sign-in, the newest first.
        Newest = "newest", "Newest first";
        /// By sign-in, the oldest first.
        Oldest = "oldest", "Oldest first";
        /// By their end, the latest first: those whose end is on the record alone.
        Ended = "ended", "Last ended first";
    }
);

words!(
    /// In which order users, events and incidents are listed.
    ListSort {
        /// The newest first.
        Newest = "newest", "Newest first";
        /// The oldest first.
        Oldest = "oldest", "Oldest first";
    }
);

words!(
    /// A list that can be taken away as a file.
    ListName {
        /// Browser sessions.
        Sessions = "sessions", "Sessions";
        /// Refresh families.
        Families = "families", "API sign-ins";
        /// Users.
        Users = "users", "Users";
        /// The record.
        Audit = "audit", "Audit";
    }
);

words!(
    /// As what kind of file.
    ExportFormat {
        /// Comma-separated values (RFC 4180).
        Csv = "csv", "CSV";
        /// One JSON object a line.
        JsonLines = "jsonl", "JSON lines";
    }
);
