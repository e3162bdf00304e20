"""An inspection as a document: JSON to process, PDF to read, DOCX to edit and sign."""
