"""What the platform does: plain functions, session first; they never commit and know no HTTP."""
