"""Village status by service: criteria, their judging and the states. Pure: no clock, no database, no page."""
