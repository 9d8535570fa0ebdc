"""Pages of documents, their templates and blank paper forms."""
