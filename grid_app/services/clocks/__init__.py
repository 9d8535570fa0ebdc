"""Clocks of disputes: started, ended, extended; their rules kept in versions."""
