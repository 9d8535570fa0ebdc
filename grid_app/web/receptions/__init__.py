"""The pages of receptions."""
