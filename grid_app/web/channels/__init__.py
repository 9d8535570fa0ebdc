"""Pages of channels: endpoints of offices, the reachability board, alarms."""
