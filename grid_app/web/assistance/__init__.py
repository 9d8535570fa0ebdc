"""Pages of help by consent, and of lawyers on duty."""
