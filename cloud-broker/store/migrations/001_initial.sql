-- Devices, and what they said last. last_seen_us is written in batches.
CREATE TABLE devices (
  id TEXT PRIMARY KEY,
  profile TEXT NOT NULL,
  labels TEXT NOT NULL,
  digest TEXT NOT NULL,
  boot TEXT NOT NULL,
  certificate_sha256 TEXT NOT NULL,
  enrolled_us BIGINT NOT NULL,
  last_seen_us BIGINT NOT NULL,
  acked_seq BIGINT NOT NULL,
  revoked BIGINT NOT NULL
);
-- Tokens are kept as SHA-256; a token with uses_left 0 is spent.
CREATE TABLE tokens (
  sha256 TEXT PRIMARY KEY,
  device TEXT NOT NULL,
  labels TEXT NOT NULL,
  uses_left BIGINT NOT NULL,
  expires_us BIGINT NOT NULL,
  created_us BIGINT NOT NULL
);
-- What a tag meant when it was first seen: a tag that moves is refused.
CREATE TABLE tags (
  scenario TEXT NOT NULL,
  tag TEXT NOT NULL,
  object_id TEXT NOT NULL,
  commit_id TEXT NOT NULL,
  seen_us BIGINT NOT NULL,
  PRIMARY KEY (scenario, tag)
);
-- Names of scenarios: one name, one repository.
CREATE TABLE scenarios (
  name TEXT PRIMARY KEY,
  repository TEXT NOT NULL
);
CREATE TABLE releases (
  counter BIGINT PRIMARY KEY,
  scenario TEXT NOT NULL,
  task TEXT NOT NULL,
  version TEXT NOT NULL,
  commit_id TEXT NOT NULL,
  manifest_sha256 TEXT NOT NULL,
  manifest_bytes BIGINT NOT NULL,
  plan TEXT NOT NULL,
  seed TEXT NOT NULL,
  state TEXT NOT NULL,
  stage BIGINT NOT NULL,
  stage_started_us BIGINT NOT NULL,
  approved_stage BIGINT NOT NULL,
  paused_from TEXT NOT NULL,
  rollback_of BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  reason TEXT NOT NULL
);
-- A row appears when a device is offered a release for the first time, never at the release's start.
CREATE TABLE offers (
  counter BIGINT NOT NULL,
  device TEXT NOT NULL,
  stage BIGINT NOT NULL,
  offered_us BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  decided_us BIGINT NOT NULL,
  PRIMARY KEY (counter, device)
);
CREATE INDEX offers_outcome ON offers (counter, stage, outcome);
-- Every outcome that a device reported, once by its outbox number.
CREATE TABLE outcomes (
  device TEXT NOT NULL,
  seq BIGINT NOT NULL,
  counter BIGINT NOT NULL,
  task TEXT NOT NULL,
  version TEXT NOT NULL,
  result TEXT NOT NULL,
  reason TEXT NOT NULL,
  time_us BIGINT NOT NULL,
  runs BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  received_us BIGINT NOT NULL,
  PRIMARY KEY (device, seq)
);
-- Reports of simulations, kept with the release.
CREATE TABLE simulations (
  counter BIGINT PRIMARY KEY,
  passed BIGINT NOT NULL,
  report TEXT NOT NULL,
  finished_us BIGINT NOT NULL
);
-- Features from the tunnel, once by (device, id).
CREATE TABLE features (
  device TEXT NOT NULL,
  id TEXT NOT NULL,
  task TEXT NOT NULL,
  version TEXT NOT NULL,
  name TEXT NOT NULL,
  time_us BIGINT NOT NULL,
  received_us BIGINT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (device, id)
);
CREATE INDEX features_received ON features (received_us);
CREATE INDEX features_task ON features (task, name, received_us);
-- Each entry's hash covers the hash before it: nothing can be changed or taken out unnoticed.
CREATE TABLE audit (
  seq BIGINT PRIMARY KEY,
  time_us BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE TABLE idempotency (
  id TEXT PRIMARY KEY,
  request_sha256 TEXT NOT NULL,
  status BIGINT NOT NULL,
  answer TEXT NOT NULL,
  created_us BIGINT NOT NULL
);
-- Numbers that only rise: epoch of the release table, counter of releases, versions of metadata.
CREATE TABLE numbers (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
INSERT INTO numbers VALUES ('epoch', 1);
INSERT INTO numbers VALUES ('counter', 0);
