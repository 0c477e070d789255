-- Events up to cursor.number that still wait for older ones; JSON list of numbers in the event log.
ALTER TABLE cursor ADD COLUMN held TEXT NOT NULL DEFAULT '[]';
