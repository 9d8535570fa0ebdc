"""Shared grievances in citizens' messages: one place, one matter, several people."""
