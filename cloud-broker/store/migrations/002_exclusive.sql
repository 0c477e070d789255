-- What exclusive files are sealed for; empty for devices that enrolled before.
ALTER TABLE devices ADD COLUMN certificate_pem TEXT NOT NULL DEFAULT '';
-- Files for one device alone, by the manifest that they complete; sha256 is of the plain bytes in STATE/exclusive.
CREATE TABLE exclusive_files (
  manifest_sha256 TEXT NOT NULL,
  device TEXT NOT NULL,
  path TEXT NOT NULL,
  size BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (manifest_sha256, device, path)
);
-- Sealing anew gives other bytes each time: what was offered once is offered again.
CREATE TABLE sealed_files (
  sha256 TEXT NOT NULL,
  certificate_sha256 TEXT NOT NULL,
  sealed_sha256 TEXT NOT NULL,
  sealed_size BIGINT NOT NULL,
  PRIMARY KEY (sha256, certificate_sha256)
);
