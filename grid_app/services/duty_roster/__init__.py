"""The duty roster of an office: patterns, shifts, leave, import, and alarms about its gaps."""
