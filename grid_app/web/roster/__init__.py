"""The pages of duty rosters."""
