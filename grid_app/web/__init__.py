"""Pages for people, server-rendered."""
