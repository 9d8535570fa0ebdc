"""Pages of backtests."""
