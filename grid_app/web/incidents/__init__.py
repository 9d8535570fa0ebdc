"""Urgent incidents: the list with the clock of each first report, the forms, one with all its reports, a sheet."""
