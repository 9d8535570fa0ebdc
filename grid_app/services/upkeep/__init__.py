"""Keeping the platform well: the doctor's checks, housekeeping, leases."""
