"""The earlier matters of a dispute (同一事由前案), another thing than its likely duplicates."""
