-- What walled has to remember over a crash: installed versions, which is current, what happened, runs.
CREATE TABLE versions (
  task TEXT NOT NULL,
  version TEXT NOT NULL,
  counter INTEGER NOT NULL,
  source TEXT NOT NULL,          -- "release" or "folder"
  manifest TEXT NOT NULL,        -- SHA-256 of the signed manifest, or ''
  state TEXT NOT NULL,           -- "probation", "good", "failed"
  reason TEXT NOT NULL,          -- of a failure
  runs INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  installed_us INTEGER NOT NULL,
  until_us INTEGER NOT NULL,     -- end of the probation, wall clock
  PRIMARY KEY (task, version, counter)
);
CREATE TABLE current (
  task TEXT PRIMARY KEY,
  version TEXT NOT NULL,
  counter INTEGER NOT NULL,
  previous_version TEXT NOT NULL,  -- '' = none
  previous_counter INTEGER NOT NULL
);
CREATE TABLE history (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  time_us INTEGER NOT NULL,
  task TEXT NOT NULL,
  version TEXT NOT NULL,
  counter INTEGER NOT NULL,
  action TEXT NOT NULL,
  reason TEXT NOT NULL
);
-- A run that fired and has not ended. AUTOINCREMENT: a run's number is never used twice.
CREATE TABLE queue (
  run INTEGER PRIMARY KEY AUTOINCREMENT,
  task TEXT NOT NULL,
  condition TEXT NOT NULL,
  events TEXT NOT NULL,          -- JSON list of numbers in the event log
  time_us INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE runs (
  run INTEGER PRIMARY KEY,
  task TEXT NOT NULL,
  status TEXT NOT NULL,
  started_us INTEGER NOT NULL,
  record BLOB NOT NULL           -- CBOR
);
CREATE INDEX runs_by_task ON runs (task, run);
CREATE TABLE cursor (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  number INTEGER NOT NULL        -- events up to this number of the log have been matched
);
INSERT INTO cursor (id, number) VALUES (1, 0);
