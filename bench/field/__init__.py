"""The speed of the field app: an office of realistic size, a line of a known speed, a phone in Chromium."""
