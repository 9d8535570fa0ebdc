"""Time limits: the working calendar, the rules, and the counting of days; no database, no present moment."""
