"""The status of villages, and the course of their official naming."""
