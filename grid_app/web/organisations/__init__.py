"""The names of organisations that reports used, for the county to confirm, merge or send back."""
