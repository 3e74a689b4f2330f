"""A database that looks like one of years: users, sessions, families and the record, with believable skew.

Rows are made by the database itself. Indexes are dropped before and made again after: they come out as they would have
grown, in a fraction of the time.
"""

import sys
import time

import psycopg

DAY = 86_400_000

FUNCTIONS = """
CREATE FUNCTION pg_temp.id(at bigint, number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex(at), 12, '0') || '7' || substr(md5(number::text), 1, 3) || '8' || substr(md5(number::text), 4, 15))::uuid
$$;
CREATE FUNCTION pg_temp.pick(chance double precision, names text[], shares double precision[]) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT names[coalesce((SELECT min(i) FROM generate_subscripts(shares, 1) AS i WHERE chance < shares[i]), 1)]
$$;
"""

# A tenth of all come from five networks that many share; the others each from one of their own, some of which come
# again. One in fifty thousand is from a network that few have.
PLACE = """CASE WHEN place < 0.1 THEN '198.18.' || floor(place * 50)::int || '.1'
  ELSE '10.' || (spot >> 16 & 255) || '.' || (spot >> 8 & 255) || '.' || (spot & 255) END"""
NETWORK = """CASE WHEN place < 0.1 THEN '198.18.' || floor(place * 50)::int || '.0/24'
  ELSE '10.' || (spot >> 16 & 255) || '.' || (spot >> 8 & 255) || '.0/24' END"""
BROWSER = "pg_temp.pick(b, '{Chrome,Firefox,Safari,Edge,Opera,Vivaldi}', '{0.6,0.8,0.92,0.99,0.9999,1}')"
SYSTEM = "pg_temp.pick(s, '{Windows 10,Android,macOS,iPhone,Linux,ChromeOS}', '{0.5,0.7,0.85,0.95,0.999,1}')"
DEVICE = "pg_temp.pick(s, '{desktop,phone,desktop,phone,desktop,appliance}', '{0.5,0.7,0.85,0.95,0.9999,1}')"
AGENT = "'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/' || (spot & 127)"

# Most people have a handful; the first of them is a program's account with very many.
SOMEBODY = "CASE WHEN r < 0.02 THEN 1 ELSE 1 + floor(power(r, 2) * {users})::bigint END"

USERS = """
CREATE TEMP TABLE person AS SELECT g AS nth, pg_temp.id({now} - g * 20000::bigint, g) AS person_id,
  {now} - g * 20000::bigint AS since, random() AS luck FROM generate_series(1, {users}) AS g;
CREATE UNIQUE INDEX ON person (nth);
INSERT INTO users (user_id, role, created_at, disabled_at)
  SELECT person_id, CASE WHEN luck < 0.0002 THEN 'auditor' ELSE 'user' END, since,
    CASE WHEN luck > 0.99 THEN since + 1000 END FROM person;
INSERT INTO accounts (user_id, username, username_key, username_skeleton, email, email_key, created_at)
  SELECT person_id, name, name, 'x' || name, name || '@example.com', name || '@example.com', since
  FROM (SELECT *, chr(97 + (nth % 23)::int) || substr(md5(nth::text), 1, 4) || nth AS name FROM person) AS named;
ANALYZE person;
"""

SESSIONS = """
INSERT INTO sessions (session_id, user_id, created_at, proved_at, method, last_seen_at, expires_at, address, network,
  last_address, user_agent, browser, system, device, ended_at, end_reason, ended_by)
SELECT pg_temp.id(created_at, number), person.person_id, created_at, created_at,
  pg_temp.pick(m, '{{password,provider,sign_up,setup}}', '{{0.7,0.95,0.99999,1}}'),
  CASE WHEN ended THEN created_at + (used * ({now} - (e * 20 * {day})::bigint - created_at))::bigint
    ELSE greatest(created_at, {now} - (e * 6 * {day})::bigint) END,
  created_at + 30::bigint * {day}, {place}, {network}, {place}, {agent}, {browser}, {system}, {device},
  CASE WHEN ended THEN {now} - (e * 20 * {day})::bigint END,
  CASE WHEN ended THEN
    pg_temp.pick(e2, '{{sign_out,idle,expired,ended_by_administrator,provider_revoked}}', '{{0.6,0.8,0.9,0.9999,1}}') END,
  CASE WHEN ended AND e2 >= 0.9 AND e2 < 0.9999 THEN (SELECT user_id FROM accounts WHERE username_key = 'root') END
FROM (SELECT g AS number, random() AS r, random() AS m, random() AS used, random() AS place, random() AS b,
    random() AS s, random() AS e, random() AS e2, (random() * 16777215)::int AS spot, g % 20 = 0 AS ended,
    {now} - CASE WHEN g % 20 = 0 THEN 25 * {day}::bigint + (random() * 60 * {day})::bigint
      ELSE (random() * 29.5 * {day})::bigint END AS created_at
  FROM generate_series(1, {rows}) AS g) AS rows
JOIN person ON person.nth = {somebody};
"""

FAMILIES = """
INSERT INTO families (family_id, user_id, transport, method, created_at, proved_at, generation, rotated_at, expires_at,
  ends_at, address, network, user_agent, browser, system, device, last_address, last_event, last_event_at,
  foreign_retries, ended_at, end_reason, ended_by)
SELECT pg_temp.id(created_at, -number), person.person_id, 'body', 'password', created_at, created_at,
  (m * 100)::int, {now} - (m * {day})::bigint, {now} + 1000000 + (m * 6 * {day})::bigint,
  {now} + 2000000 + (m * 29 * {day})::bigint,
  {place}, {network}, {agent}, {browser}, {system},
  pg_temp.pick(s, '{{program,phone,desktop,robot,appliance}}', '{{0.7,0.9,0.99,0.9999,1}}'), {place},
  CASE WHEN ended THEN 'ended' ELSE
    pg_temp.pick(b, '{{rotated,retry,lost_response,foreign_retry,stale_copy,theft}}', '{{0.95,0.99,0.999,0.9999,0.99995,1}}')
  END, {now} - (m * {day})::bigint, 0,
  CASE WHEN ended THEN {now} - (e * 20 * {day})::bigint END,
  CASE WHEN ended THEN
    pg_temp.pick(e2, '{{sign_out,idle,expired,ended_by_administrator,theft}}', '{{0.6,0.8,0.9,0.9999,1}}') END,
  CASE WHEN ended AND e2 >= 0.9 AND e2 < 0.9999 THEN (SELECT user_id FROM accounts WHERE username_key = 'root') END
FROM (SELECT g AS number, random() AS r, random() AS m, random() AS place, random() AS b, random() AS s, random() AS e,
    random() AS e2, (random() * 16777215)::int AS spot, g % 20 = 0 AS ended,
    {now} - CASE WHEN g % 20 = 0 THEN 25 * {day}::bigint + (random() * 60 * {day})::bigint
      ELSE (random() * 29.5 * {day})::bigint END AS created_at
  FROM generate_series(1, {rows}) AS g) AS rows
JOIN person ON person.nth = {somebody};
"""

# Within one statement rows are written in the order of their numbers, so that times go up with them.
EVENTS = """
INSERT INTO audit_events (event_id, at, kind, outcome, reason, actor_id, subject_id, session_id, request_id, detail,
  commitment, key_id, mac)
SELECT pg_temp.id(at, number), at, kind,
  CASE WHEN kind IN ('refresh.refused', 'permission.denied') OR (kind = 'sign_in' AND m < 0.05) THEN 'failure'
    ELSE 'success' END,
  CASE WHEN kind = 'sign_in' AND m < 0.05 THEN 'wrong_password' END,
  CASE WHEN m < 0.8 THEN person.person_id END, person.person_id,
  CASE WHEN kind LIKE 's%' THEN pg_temp.id(at - (m * {day})::bigint, number % 1000000) END,
  substr(md5('r' || number), 1, 16),
  CASE WHEN kind LIKE '%f%' THEN '{{"family":"' || pg_temp.id(0, number % 500000) || '"}}' END,
  decode(md5(number::text), 'hex'), 'k1', decode(md5(number::text) || md5(number::text), 'hex')
FROM (SELECT g AS number, random() AS r, random() AS m,
    {now} - 90 * {day}::bigint + (90 * {day}::double precision * g / {rows})::bigint + floor(random() * 1000)::int AS at,
    random() AS k
  FROM generate_series({first}, {last}) AS g) AS rows
CROSS JOIN LATERAL (SELECT CASE WHEN k < 0.4 THEN 'sign_in' WHEN k < 0.6 THEN 'refresh.refused'
  WHEN k < 0.75 THEN 'session.renewed' WHEN k < 0.85 THEN 'session.ended' WHEN k < 0.95 THEN 'family.ended'
  WHEN k < 0.98 THEN 'password.changed' WHEN k < 0.9999 THEN 'user.created' WHEN k < 0.999999 THEN 'permission.denied'
  ELSE 'setup' END AS kind) AS what
JOIN person ON person.nth = {somebody}
ORDER BY number;
"""

PERSONAL = """
INSERT INTO audit_personal (seq, subject_id, salt, address, user_agent)
SELECT seq, subject_id, decode(md5(seq::text), 'hex'), {place}, {agent}
FROM (SELECT seq, subject_id, random() AS place, (random() * 16777215)::int AS spot FROM audit_events
  WHERE seq NOT IN (SELECT seq FROM audit_personal)) AS rows;
"""

# The newest of them, as the job that seals would have left it: it looks at what came later.
SEALS = """
INSERT INTO audit_seals (position, seq, key_id, chain, sealed_at)
SELECT row_number() OVER (ORDER BY seq), seq, 'k1', decode(md5(seq::text) || md5(seq::text), 'hex'), at
FROM audit_events ORDER BY seq;
"""

TABLES = ["users", "accounts", "sessions", "families", "audit_events", "audit_personal", "audit_seals"]


def fill(url, sessions, families, users, events):
    """Makes so many rows in the database at `url`, which is migrated and has its administrator `root`."""
    now = int(time.time() * 1000)
    parts = {"now": now, "day": DAY, "users": users, "place": PLACE, "network": NETWORK, "agent": AGENT}
    parts |= {"browser": BROWSER, "system": SYSTEM, "device": DEVICE, "somebody": SOMEBODY.format(users=users)}
    with psycopg.connect(url, autocommit=True) as connection:
        execute = connection.execute
        execute("SET maintenance_work_mem = '1GB'")
        execute("SET work_mem = '256MB'")
        execute("SELECT setseed(0.5)")
        execute(FUNCTIONS)
        indexes = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY(%s) "
            "AND indexname NOT IN (SELECT conname FROM pg_constraint)",
            [TABLES],
        ).fetchall()
        kept = [name for name, _ in indexes if name.startswith("accounts_")]
        for name, _ in indexes:
            if name not in kept:
                execute(f"DROP INDEX {name}")
        step("users", lambda: execute(USERS.format(**parts)))
        step("sessions", lambda: execute(SESSIONS.format(rows=sessions, **parts)))
        step("families", lambda: execute(FAMILIES.format(rows=families, **parts)))
        batch = 1_000_000
        for first in range(1, events + 1, batch):
            last = min(first + batch - 1, events)
            step(f"events to {last:,}", lambda f=first, to=last: execute(EVENTS.format(rows=events, first=f, last=to, **parts)))
        step("personal fields", lambda: execute(PERSONAL.format(**parts)))
        step("seals", lambda: execute(SEALS))
        for name, definition in indexes:
            if name not in kept:
                step(f"index {name}", lambda d=definition: execute(d))
        step("VACUUM and ANALYZE", lambda: execute("VACUUM (ANALYZE)"))
        return connection.execute("SELECT pg_database_size(current_database())").fetchone()[0]


def step(name, work):
    """Does it, and says how long it took."""
    begun = time.monotonic()
    work()
    print(f"  {name}: {time.monotonic() - begun:.1f} s", file=sys.stderr, flush=True)
