"""Read-only questions to the database; every question about disputes takes a scope."""
