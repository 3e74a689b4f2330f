//! The parts that pages are made of: each says once how a thing looks and what it needs to be
//! used with a keyboard, a screen reader and no script.

pub(crate) mod stat;

#[cfg(feature = "ssr")]
mod icon;
#[cfg(feature = "ssr")]
pub(crate) use icon::{Glyph, Icon};

#[cfg(feature = "ssr")]
mod address;
#[cfg(feature = "ssr")]
mod agent;
#[cfg(feature = "ssr")]
mod around;
#[cfg(feature = "ssr")]
mod back;
#[cfg(feature = "ssr")]
mod badge;
#[cfg(feature = "ssr")]
mod bulk;
#[cfg(feature = "ssr")]
mod button;
#[cfg(feature = "ssr")]
mod card;
#[cfg(feature = "ssr")]
mod chart;
#[cfg(feature = "ssr")]
mod choice;
#[cfg(feature = "ssr")]
mod code;
#[cfg(feature = "ssr")]
mod confirm;
#[cfg(feature = "ssr")]
mod connection;
#[cfg(feature = "ssr")]
mod empty;
#[cfg(feature = "ssr")]
mod error_summary;
#[cfg(feature = "ssr")]
mod event;
#[cfg(feature = "ssr")]
mod fact;
#[cfg(feature = "ssr")]
mod family;
#[cfg(feature = "ssr")]
mod field;
#[cfg(feature = "ssr")]
mod filter;
#[cfg(feature = "ssr")]
mod form;
#[cfg(feature = "ssr")]
mod gate;
#[cfg(feature = "ssr")]
mod heading;
#[cfg(feature = "ssr")]
mod incident;
#[cfg(feature = "ssr")]
mod mark;
#[cfg(feature = "ssr")]
mod navigation;
#[cfg(feature = "ssr")]
mod note;
#[cfg(feature = "ssr")]
mod notice;
#[cfg(feature = "ssr")]
mod pager;
#[cfg(feature = "ssr")]
mod person;
#[cfg(feature = "ssr")]
mod popup;
#[cfg(feature = "ssr")]
mod proof;
#[cfg(feature = "ssr")]
mod provider;
#[cfg(feature = "ssr")]
mod session;
#[cfg(feature = "ssr")]
mod table;
#[cfg(feature = "ssr")]
mod theme;
#[cfg(feature = "ssr")]
mod timeline;
#[cfg(feature = "ssr")]
mod when;

#[cfg(feature = "ssr")]
pub(crate) use {
    address::Address,
    agent::{agent_glyph, agent_name},
    around::{Around, around},
    back::BackLink,
    badge::{Badge, OutcomeBadge, RoleBadge, Tone, UserStateBadge},
    bulk::{BulkBadge, BulkBar, BulkNews, NoPick, Pick, list_of, progress_text},
    button::{LinkButton, Look, Submit},
    card::Card,
    chart::{About, Chart, ChartTable, Drawn},
    choice::{Choice, WordChoice},
    code::{Code, Typed},
    confirm::ConfirmButton,
    connection::{ConnectionTable, Holding},
    empty::Empty,
    error_summary::ErrorSummary,
    event::{EventFeed, EventTable},
    fact::{Fact, Facts},
    family::{
        EndFamiliesOfUser, FamilyTable, Holder, end_button as end_family_button, family_name,
        outcome_tone, state as family_state,
    },
    field::{CopyField, Field, Kind},
    filter::{
        DateField, Filter, devices, filter_choice, filter_order, filter_period, filter_text,
        filter_word,
    },
    form::PostForm,
    gate::GateCard,
    heading::Heading,
    incident::{IncidentTable, Sentence, VerdictBadge, Weeks, class_tone},
    mark::Wordmark,
    navigation::TopBar,
    note::NoteField,
    notice::{Banner, NoticeBanner},
    pager::{Exports, Pager},
    person::{Avatar, PersonLink},
    popup::Popup,
    proof::ProofNote,
    provider::{ProviderLinks, ProviderMark},
    session::{SessionFeed, SessionTable, Whose},
    table::{Cell, Row, Table},
    theme::ThemeSwitch,
    timeline::{HistoryTable, Timeline},
    when::{Day, Moment, Stamp, When, short_day, stamp_text},
};
