CREATE OR REPLACE VIEW studies AS
SELECT
    study_id, name, model, headline, as_of,
    as_of = max(as_of) OVER (PARTITION BY name) AS latest,
    design, design_hash, events, pairs, dates, dropped, warnings, version
FROM base.studies;

COMMENT ON VIEW studies IS 'Event studies: one row is one design run on one state of the data.';
COMMENT ON COLUMN studies.study_id IS 'Number of the study; the other study views refer to it.';
COMMENT ON COLUMN studies.name IS 'daily-market, daily-sector; with -keep or -mask: the same under the other rule for overlapping events.';
COMMENT ON COLUMN studies.model IS 'Model of the normal return: market, market+sector, constant-mean …';
COMMENT ON COLUMN studies.headline IS 'The one that the report leads with.';
COMMENT ON COLUMN studies.as_of IS 'Last session that the study saw.';
COMMENT ON COLUMN studies.latest IS 'No study of this name saw more.';
COMMENT ON COLUMN studies.design IS 'The whole design as JSON; repeats the study to the bit.';
COMMENT ON COLUMN studies.design_hash IS 'Fingerprint of the design and of the data it saw.';
COMMENT ON COLUMN studies.events IS 'Events estimated, count.';
COMMENT ON COLUMN studies.pairs IS 'Pairs event × symbol estimated, count.';
COMMENT ON COLUMN studies.dates IS 'Distinct day-0 sessions, count: the independent units.';
COMMENT ON COLUMN studies.dropped IS 'Pairs left out, count; study_drops says why.';
COMMENT ON COLUMN studies.warnings IS 'What a reader must know before believing a p-value.';
COMMENT ON COLUMN studies.version IS 'Version of watchlist that ran.';
