CREATE OR REPLACE VIEW contradictions AS
SELECT document_id, event_id, claim, fact, evidence, first_char, last_char
FROM base.contradictions;

COMMENT ON VIEW contradictions IS 'Claims of a document that the event list contradicts.';
COMMENT ON COLUMN contradictions.document_id IS 'The document (documents.document_id).';
COMMENT ON COLUMN contradictions.event_id IS 'The event that says otherwise (events.event_id).';
COMMENT ON COLUMN contradictions.claim IS 'What the document claims.';
COMMENT ON COLUMN contradictions.fact IS 'What the event list says.';
COMMENT ON COLUMN contradictions.evidence IS 'The words of the document.';
COMMENT ON COLUMN contradictions.first_char IS 'Where the evidence starts, characters from 0.';
COMMENT ON COLUMN contradictions.last_char IS 'Where it ends, exclusive.';
