"""A push service of our own for tests (RFC 8030), with the protocol that Firefox speaks to its own."""
