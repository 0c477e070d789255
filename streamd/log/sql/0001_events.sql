-- number: never used twice (AUTOINCREMENT). uid: the sender's own id, NULL if it gave none.
CREATE TABLE events(
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT,
  time_us INTEGER NOT NULL,
  page TEXT NOT NULL,
  id TEXT NOT NULL,
  contents BLOB NOT NULL);
CREATE INDEX events_time ON events(time_us);
CREATE UNIQUE INDEX events_uid ON events(uid) WHERE uid IS NOT NULL;
