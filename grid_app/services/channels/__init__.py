"""Channels of offices: what is entered for them, tested, probed every day, and who must mend a dead one."""
