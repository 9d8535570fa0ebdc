"""A thousand open inboxes: their county, many old escalations in it, those who listen, and the figures as rows."""
