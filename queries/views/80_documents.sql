CREATE OR REPLACE VIEW documents AS
SELECT document_id, title, dated_on, date_basis, source, characters, text, read_at
FROM base.documents;

COMMENT ON VIEW documents IS 'Texts that were read for mentions of companies and policy.';
COMMENT ON COLUMN documents.document_id IS 'First 16 hexadecimal digits of the SHA-256 of its bytes.';
COMMENT ON COLUMN documents.title IS 'Title, where one was found.';
COMMENT ON COLUMN documents.dated_on IS 'Date of the text; NULL if not known.';
COMMENT ON COLUMN documents.date_basis IS 'How the date is known: given, found, content or unknown.';
COMMENT ON COLUMN documents.source IS 'File or address it was read from.';
COMMENT ON COLUMN documents.characters IS 'Length, characters.';
COMMENT ON COLUMN documents.text IS 'The text itself, only if it was asked to be kept.';
COMMENT ON COLUMN documents.read_at IS 'When it was read, UTC.';
