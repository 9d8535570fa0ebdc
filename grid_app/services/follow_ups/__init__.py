"""Visits after a settled dispute: planned, made, their contacts guarded."""
