CREATE OR REPLACE VIEW mentions AS
SELECT
    document_id, kind, value, number, unit, event_id, first_char, last_char, evidence
FROM base.mentions;

COMMENT ON VIEW mentions IS 'What a document mentions, with the words that say so.';
COMMENT ON COLUMN mentions.document_id IS 'The document (documents.document_id).';
COMMENT ON COLUMN mentions.kind IS 'company, date, amount, percentage, mineral, actor or policy.';
COMMENT ON COLUMN mentions.value IS 'Symbol, ISO date or canonical name.';
COMMENT ON COLUMN mentions.number IS 'The number, where there is one.';
COMMENT ON COLUMN mentions.unit IS 'Unit of the number.';
COMMENT ON COLUMN mentions.event_id IS 'The event it seems to speak of (events.event_id).';
COMMENT ON COLUMN mentions.first_char IS 'Where the evidence starts, characters from 0.';
COMMENT ON COLUMN mentions.last_char IS 'Where it ends, exclusive.';
COMMENT ON COLUMN mentions.evidence IS 'The words of the document.';
