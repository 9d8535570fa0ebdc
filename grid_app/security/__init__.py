"""Keys, field encryption, password hashes and receipts. Knows no database and no web."""
