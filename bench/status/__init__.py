"""A county of 2,000 villages with 200,000 matters of two years, for measuring the month's assessment."""
