"""Scan statistics: where and when more was counted than expected, with a chance of it happening by luck."""
