"""The field app's shell and what a phone asks of the site."""
